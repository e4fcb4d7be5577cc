import { describe, expect, it } from "vitest";
import { agreeableServer, everything, production } from "../testing/agreeable-server.ts";
import { realServer } from "../testing/real-server.ts";
import { problem } from "../testing/scripted-server.ts";

const { cli, done } = realServer();

async function twoFlags(): Promise<void> {
  for (const flag of ["a", "b"]) {
    await done("flag", "create", flag);
    await done("rollout", flag, "25", "--env", "staging", "--enable");
  }
}

describe("bannerol diff", () => {
  it("says field by field what the second does otherwise than the first, and exits 8", async () => {
    await twoFlags();
    const { code, stdout } = await cli(["diff", "staging", "production", "--flag", "a"]);
    expect([code, stdout.split("\n")]).toEqual([
      8,
      ["staging → production", "a", "  enabled      yes → no", "  fallthrough  on 25 %, off 75 % → on", ""],
    ]);
    const { items } = JSON.parse((await cli(["diff", "staging", "production", "--json"])).stdout);
    expect(items.map(({ flag }: { flag: string }) => flag)).toEqual(["a", "b"]);
  });

  it("exits 0 where they do the same", async () => {
    await done("flag", "create", "a");
    expect(await cli(["diff", "staging", "production"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "production does the same as staging.\n",
    });
  });

  it("exits 3 for an environment that is not there", async () => {
    expect((await cli(["diff", "nowhere", "production"])).code).toBe(3);
  });
});

describe("bannerol promote", () => {
  it("carries the flags that are named, as one change, and shows them before", async () => {
    await twoFlags();
    const { stdout, stderr } = await done("promote", "a", "--from", "staging", "--comment", "Go");
    expect(stderr).toMatch(/^from staging to production would change:\na\n {2}enabled {6}no → yes\n/);
    expect(stdout).toMatch(/^a promoted from staging to production\nrevision \d+/);
    expect((await cli(["diff", "staging", "production", "--flag", "a"])).code).toBe(0);
    expect((await cli(["diff", "staging", "production", "--flag", "b"])).code).toBe(8);
    expect((await cli(["log", "--limit", "1"])).stdout).toContain("Go");
  });

  it("with --all carries every flag that differs, and then has nothing to do", async () => {
    await twoFlags();
    expect((await done("promote", "--all", "--from", "staging")).stdout).toMatch(/^2 flags promoted/);
    expect((await cli(["diff", "staging", "production"])).code).toBe(0);
    expect((await done("promote", "--all", "--from", "staging")).stdout).toContain("already");
    expect((await done("promote", "a", "--from", "staging")).stdout).toContain("already");
  });

  it("with --dry-run changes nothing", async () => {
    await twoFlags();
    const { stdout } = await cli(["promote", "a", "--from", "staging", "--dry-run"]);
    expect(stdout).toContain("enabled      no → yes");
    expect((await cli(["diff", "staging", "production", "--flag", "a"])).code).toBe(8);
  });

  it("asks where the target is protected", async () => {
    await twoFlags();
    await done("env", "protect", "production");
    expect((await cli(["promote", "a", "--from", "staging"])).code).toBe(2);
    const questions: string[] = [];
    await cli(["promote", "a", "--from", "staging"], { isTerminal: true, input: "y", questions });
    expect(questions).toEqual(["production is protected. Really promote a from staging? [y/N] "]);
    expect((await cli(["diff", "staging", "production", "--flag", "a"])).code).toBe(0);
  });

  it.each([
    [["--from", "staging"], /Promote what\?/],
    [["a", "--all", "--from", "staging"], /--all takes every flag/],
    [["a"], /--from/],
  ])("with %j is bad usage", async (words, message) => {
    const { code, stderr } = await cli(["promote", ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("where somebody was faster", () => {
  const api = agreeableServer();

  it("a promotion holds to what its dry run saw, and exits 6", async () => {
    api.server.script = {
      ...everything,
      [`POST ${production}/promote`]: ({ body, headers }) => {
        if (Object(body).dryRun) return { body: tried, headers: { ETag: '"41"' } };
        return headers["if-match"] === '"41"' ? problem(412, "precondition_failed", "Changed.") : { body: tried };
      },
    };
    expect((await api.cli(["promote", "a", "--from", "staging"])).code).toBe(6);
  });

  const tried = {
    revision: 41,
    head: "",
    items: [{ flag: "a", before: { enabled: false }, after: { enabled: true } }],
  };
});
