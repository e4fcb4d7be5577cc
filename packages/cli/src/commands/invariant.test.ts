import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const { cli, done } = realServer();

const free = ["--flag", "a", "--context", '{"plan":"free"}', "--serves", "off"];
const both = ["--never", "a=on", "--never", "b=on"];
const whole = ["--flag", "b", "--minimum", "100"];

async function flags(): Promise<void> {
  for (const flag of ["a", "b"]) await done("flag", "create", flag);
}

describe("bannerol invariant", () => {
  it.each([
    [free, 'a serves off to {"plan":"free"}'],
    [both, "a on and b on are never served together (sampled)"],
    [whole, "where b is enabled, it is rolled out to 100 % or more"],
  ])("adds %j, shows it, and removes it", async (words, told) => {
    await flags();
    expect((await done("invariant", "add", "i", ...words)).stdout).toContain(`✓ i in production: ${told}`);
    expect((await cli(["invariant", "list"])).stdout.trim()).toBe(`✓ i in production: ${told}`);
    expect((await cli(["invariant", "show", "i"])).stdout).toContain(told);
    expect((await done("invariant", "remove", "i")).stdout).toMatch(/^i removed\n/);
    expect((await cli(["invariant", "list"])).stderr).toContain("No invariants.");
  });

  it("asks about a protected environment, before it states anything and before it forgets anything", async () => {
    await flags();
    await done("env", "protect", "production");
    expect((await cli(["invariant", "add", "i", ...free])).code).toBe(2);
    await done("invariant", "add", "i", ...free);
    expect((await cli(["invariant", "remove", "i"])).code).toBe(2);
  });

  it("adds what a file states, where its statements say, else in --env", async () => {
    await flags();
    const folder = await emptyFolder();
    await writeFile(
      join(folder, "x.flags.test.yaml"),
      "invariants:\n  - {key: i, flag: a, minimumPercentage: 5}\n  - {key: j, environment: staging, flag: a, minimumPercentage: 5}\n",
    );
    const { items } = JSON.parse(
      (await cli(["invariant", "add", "--file", "x.flags.test.yaml", "--json"], { folder })).stdout,
    );
    expect(items).toMatchObject([{ environment: "production" }, { environment: "staging" }]);
    expect((await cli(["invariant", "list", "--env", "staging"])).stdout).not.toContain("i in");
  });

  it.each([
    [["i"], /What has to hold\?/],
    [["i", ...free, "--minimum", "5"], /one of them alone/],
    [["i", "--serves", "on"], /Of which flag\?/],
    [["i", "--flag", "a", "--serves", "on"], /To whom\?/],
    [["i", "--never", "a"], /like pricing=on/],
    [[], /a key/],
    [["i", "--file", "x.yaml"], /Leave the key out/],
  ])("add %j is bad usage", async (words, message) => {
    const { code, stderr } = await cli(["invariant", "add", ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("a write that breaks invariants", () => {
  it("is refused with a line for each of them", async () => {
    await flags();
    await done("flag", "enable", "b");
    await done("invariant", "add", "one", ...both);
    await done("invariant", "add", "two", ...free);
    const { code, stderr } = await cli(["flag", "enable", "a"]);
    expect(code).toBe(8);
    expect(stderr).toMatch(
      /^ {2}invariants\.one: one does not hold after it: .*\n {2}invariants\.two: two does not hold after it: /m,
    );
  });

  it("leaves a rollout made that cannot be enabled, and says so", async () => {
    await flags();
    await done("invariant", "add", "two", ...free);
    const { code, stderr } = await cli(["rollout", "a", "100", "--enable"]);
    expect([code, stderr]).toEqual([
      8,
      expect.stringMatching(/^The rollout is made: revision \d+\. Enabling it failed\./),
    ]);
  });

  it("is made where it is a kill, which warns", async () => {
    await flags();
    await done("flag", "enable", "a");
    await done("invariant", "add", "stays-on", "--flag", "a", "--context", "{}", "--serves", "on");
    const { code, stderr } = await cli(["kill", "a"]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: an invariant is broken now: stays-on/)]);
    expect((await cli(["invariant", "list"])).stdout).toMatch(/✗ stays-on.*\n {6}a serves off instead of on/);
  });
});

describe("bannerol env", () => {
  it("protects, and asks before it protects no longer", async () => {
    await done("env", "protect", "production");
    expect((await cli(["env", "list"])).stdout).toMatch(/production .* yes/);
    expect((await cli(["env", "unprotect", "production"])).code).toBe(2);
    await done("env", "unprotect", "production");
    expect((await cli(["env", "list"])).stdout).not.toContain("yes");
  });

  it("moves an environment in promotion order", async () => {
    await done("env", "move", "production", "0");
    expect((await cli(["env", "list"])).stdout.match(/^\w+/gm)).toEqual([
      "ENVIRONMENT",
      "production",
      "development",
      "staging",
    ]);
    expect((await cli(["env", "move", "production", "first"])).code).toBe(2);
  });
});
