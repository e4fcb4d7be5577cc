import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder, runCli } from "../testing/test-io.ts";

const { cli, done } = realServer();

/** Runs `bannerol test` in a folder with these files, and no server to be found. */
async function test(files: { readonly [name: string]: string }, ...more: readonly string[]) {
  const folder = await emptyFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return await runCli(["test", "x.flags.test.yaml", "--file", "flags.yaml", ...more], { folder });
}

const flags = `
flags:
  a: { fallthrough: { rollout: { weights: { on: 25000 } } } }
  b: { fallthrough: { variant: on } }
`;
const holding = `
invariants:
  - { key: one, flag: b, context: { targetingKey: u1 }, serves: [off, on] }
  - { key: two, environment: staging, flag: a, minimumPercentage: 25 }
`;

describe("bannerol test", () => {
  it("asks what a file states of the flags of another, without a server, and exits 0 where all hold", async () => {
    expect(await test({ "flags.yaml": flags, "x.flags.test.yaml": holding })).toEqual({
      code: 0,
      stdout:
        '  ✓ one: b serves off or on to {"targetingKey":"u1"}\n' +
        "  ✓ two in staging: where a is enabled, it is rolled out to 25 % or more\n",
      stderr: "All 2 hold.\n",
    });
  });

  it("shows the case in which one does not hold, and exits 8", async () => {
    const text = "invariants: [{ key: one, never: [{ flag: b, variant: on }], contexts: [{ targetingKey: u1 }] }]";
    const { code, stdout, stderr } = await test({ "flags.yaml": flags, "x.flags.test.yaml": text });
    expect({ code, stdout, stderr }).toEqual({
      code: 8,
      stdout: '  ✗ one: b on is never served\n      b serves on, with {"targetingKey":"u1"}\n',
      stderr: "1 failed.\n",
    });
    const json = await test({ "flags.yaml": flags, "x.flags.test.yaml": text }, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ key: "one", holds: false, sampled: false }] });
  });

  it.each([
    ["flag: none, minimumPercentage: 1", "there is no flag none"],
    ["never: [{ flag: b, variant: onn }]", "b has no variant onn: it has on, off"],
  ])("takes a name that is not there for a breach: %s", async (form, breach) => {
    const text = `invariants: [{ key: one, ${form} }]`;
    const { code, stdout } = await test({ "flags.yaml": flags, "x.flags.test.yaml": text });
    expect([code, stdout]).toEqual([8, expect.stringContaining(breach)]);
  });

  it("proves the patterns of the file as the server does", async () => {
    const rule = (pattern: string) =>
      `{ flags: { b: { rules: [{ when: { attribute: x, op: matches, values: ["${pattern}"] }, serve: { variant: on } }] } } }`;
    const [good, bad] = [rule("^ok$"), rule("(a+)+$")];
    const text = "invariants: [{ key: one, flag: b, minimumPercentage: 0 }]";
    expect((await test({ "flags.yaml": good, "x.flags.test.yaml": text })).code).toBe(0);
    const { code, stdout } = await test({ "flags.yaml": bad, "x.flags.test.yaml": text });
    expect([code, stdout]).toEqual([8, expect.stringContaining("flags.b.rules[0].when.values[0]")]);
  });

  it("refuses references as the server does: too long a chain, and a circle, even of what is disabled", async () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, at) => `  f${at}: { prerequisites: [{ flag: f${at + 1}, variants: [on] }] }`).join(
        "\n",
      );
    const file = (length: number, more: string) => `flags:\n${chain(length)}\n  f${length}: {}\n  b: {}\n${more}`;
    const text = "invariants: [{ key: one, flag: b, minimumPercentage: 0 }]";
    expect((await test({ "flags.yaml": file(100, ""), "x.flags.test.yaml": text })).code).toBe(0);
    const round = "  c: { enabled: false, prerequisites: [{ flag: c, variants: [on] }] }\n";
    const { code, stdout, stderr } = await test({ "flags.yaml": file(101, round), "x.flags.test.yaml": text });
    expect([code, stderr]).toEqual([8, "2 failed.\n"]);
    expect(stdout).toContain("✗ flags.f0: a server would refuse these references");
    expect(stdout).toContain("the limit is 100");
    expect(stdout).toContain("✗ flags.c: a server would refuse these references");
    const json = await test({ "flags.yaml": file(101, round), "x.flags.test.yaml": text }, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      refusedPatterns: [],
      refusedReferences: [
        { path: "flags.c", message: expect.stringContaining("circle") },
        { path: "flags.f0", message: expect.stringContaining("101 times") },
      ],
    });
  });

  it.each([
    ["no YAML", "invariants:\n  - [", "2:6"],
    ["no statements", "flags: {}", "1:1"],
    ["no key", "invariants:\n  - flag: a\n    minimumPercentage: 1", "2:5"],
    [
      "a key twice",
      "invariants:\n  - {key: i, flag: a, minimumPercentage: 1}\n  - {key: i, flag: a, minimumPercentage: 1}",
      "3:11",
    ],
    ["no form", "invariants:\n  - {key: i}", "2:5"],
    ["an unknown field", "invariants:\n  - {key: i, flag: a, minimumPercentage: 1, foo: 1}", "2:50"],
    ["no list", "invariants:\n  - key: i\n    flag: a\n    context: {}\n    serves: on", "5:13"],
    ["no context", "invariants:\n  - key: i\n    flag: a\n    context: 1\n    serves: [on]", "4:14"],
    ["no percentage", "invariants:\n  - {key: i, flag: a, minimumPercentage: 101}", "2:42"],
    [
      "a bomb",
      `invariants: [&a [1,1,1,1,1,1,1,1,1],&b [*a,*a,*a,*a,*a,*a,*a,*a],&c [*b,*b,*b,*b,*b,*b,*b,*b],&d [*c,*c,*c,*c,*c]]`,
      "1:1",
    ],
  ])("exits 2 with line and column for a file with %s", async (_, text, place) => {
    const { code, stderr } = await test({ "flags.yaml": flags, "x.flags.test.yaml": text });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`x.flags.test.yaml:${place}: `)]);
  });

  it.each([
    ["flags:\n  a:\n    rules:\n      - when: {attribut: plan}\n        serve: {variant: on}", "4:15"],
    ["flags:\n  a:\n    enabld: true", "3:13"],
    ["[]", "1:1"],
  ])("exits 2 with line and column for flags that cannot be read: %j", async (text, place) => {
    const { code, stderr } = await test({ "flags.yaml": text, "x.flags.test.yaml": holding });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`flags.yaml:${place}: `)]);
  });

  it("exits 2 for a file that is not there", async () => {
    expect(await test({ "x.flags.test.yaml": holding })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/flags.yaml cannot be read/),
    });
  });

  it("asks a server's flags, each statement in the environment that it names", async () => {
    await done("flag", "create", "a");
    await done("rollout", "a", "30", "--env", "staging", "--enable");
    await done("rollout", "a", "20", "--enable");
    const folder = await emptyFolder();
    const statement = (key: string, more: string) => `  - {key: ${key}, flag: a, minimumPercentage: 25${more}}\n`;
    await writeFile(
      join(folder, "x.yaml"),
      `invariants:\n${statement("there", ", environment: staging")}${statement("here", "")}`,
    );
    const { code, stdout } = await cli(["test", "x.yaml"], { folder });
    expect([code, stdout]).toEqual([8, expect.stringMatching(/✓ there in staging[\s\S]*✗ here/)]);
  });
});
