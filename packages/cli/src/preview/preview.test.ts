import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const { cli, done } = realServer();

describe("before a change of a protected environment", () => {
  const off = "new-checkout in production would change:\n  fallthrough  off → on  25 %  █████░░░░░░░░░░░░░░░\n";

  it("what it would do is shown, then it is asked about", async () => {
    await done("flag", "create", "new-checkout");
    await done("flag", "enable", "new-checkout");
    await done("rollout", "new-checkout", "0");
    await done("env", "protect", "production");
    const questions: string[] = [];
    const world = { isTerminal: true, input: "n", questions, env: { NO_COLOR: "1" } };
    const { code, stderr } = await cli(["rollout", "new-checkout", "25"], world);
    expect([code, stderr]).toEqual([1, expect.stringContaining(off)]);
    expect(stderr).toMatch(/^ {2}\d+ of 1000 synthetic contexts would be served otherwise\n {4}off → on {2}\d+$/m);
    expect(questions).toHaveLength(1);
  });

  it("it is shown with --yes too, and neither with --json nor where nothing is protected nor before a kill", async () => {
    await done("flag", "create", "new-checkout");
    await done("flag", "enable", "new-checkout");
    const title = /would change:/;
    expect((await done("flag", "disable", "new-checkout")).stderr).not.toMatch(title);
    await done("env", "protect", "production");
    expect((await done("flag", "enable", "new-checkout")).stderr).toMatch(/off → on {2}100 %/);
    expect((await done("flag", "disable", "new-checkout")).stderr).toMatch(/! 100 % of the fallthrough lose on/);
    expect((await done("flag", "enable", "new-checkout", "--json")).stderr).toBe("");
    expect((await cli(["kill", "new-checkout"])).stderr).toBe("");
  });
});

describe("bannerol preview", () => {
  it("tries it on the contexts of a file, and on a targeting that is piped in", async () => {
    await done("flag", "create", "f");
    const folder = await emptyFolder();
    await writeFile(join(folder, "who.json"), '[{"targetingKey":"u1"},{"targetingKey":"u2"}]');
    const words = ["preview", "f", "--file", "-", "--contexts", "who.json", "--json"];
    const input = '{"enabled":true,"targets":[{"variant":"on","keys":["u1"]}],"fallthrough":{"variant":"off"}}';
    const { contexts } = JSON.parse((await cli(words, { folder, input })).stdout);
    expect(contexts).toMatchObject({
      source: "given",
      count: 2,
      changed: 1,
      moves: [{ from: "off", to: "on", count: 1 }],
    });
  });

  it.each([
    [[], /What would change\?/],
    [["--rollout", "1", "--file", "x.json"], /What would change\?/],
    [["--rollout", "101"], /0 to 100/],
    [["--file", "-"], /holds no targeting/],
    [["--enable", "--contexts", "-"], /list of contexts/],
  ])("with %j is bad usage", async (words, message) => {
    const { code, stderr } = await cli(["preview", "f", ...words], { input: "1" });
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("asks for the variant where the flag does not tell", async () => {
    await done("flag", "create", "f", "--type", "string", "--variant", "a=1", "--variant", "b=2", "--variant", "z=0");
    const { code, stderr } = await cli(["preview", "f", "--rollout", "5"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--variant: a, b.")]);
    expect((await cli(["preview", "f", "--rollout", "5", "--variant", "a"])).code).toBe(0);
  });
});
