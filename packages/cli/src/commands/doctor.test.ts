import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { startScriptedServer } from "../testing/scripted-server.ts";
import { runCli } from "../testing/test-io.ts";

const { cli, done } = realServer();

const grades = (stdout: string): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(stdout).findings.map(({ check, grade }: { check: string; grade: string }) => [check, grade]),
  );

describe("doctor", () => {
  it("finds nothing in the way to a server that is well, by a key for its place", async () => {
    const key = (await done("key", "create")).stdout.trim();
    const { code, stdout } = await cli(["doctor", "--json"], { env: { BANNEROL_KEY: key } });
    expect({ code, ...grades(stdout) }).toMatchObject({
      code: 0,
      server: "ok",
      ready: "ok",
      version: "ok",
      token: "ok",
      place: "ok",
      key: "ok",
      websocket: "ok",
      sse: "ok",
    });
    expect(stdout).not.toContain(key);
  });

  it("tries a client key as a browser would", async () => {
    const key = (await done("key", "create", "--kind", "client")).stdout.trim();
    expect(grades((await cli(["doctor", "--json", "--key", key])).stdout)).toMatchObject({
      key: "ok",
      websocket: "ok",
    });
  });

  it("needs no key to tell whether a WebSocket comes through", async () => {
    expect(grades((await cli(["doctor", "--json"])).stdout)).toMatchObject({
      key: "skipped",
      websocket: "ok",
      sse: "skipped",
    });
  });

  const token = `bnr_token_${"a".repeat(12)}_${"b".repeat(32)}_000000`;
  it.each([
    ["a server out of reach", [], { BANNEROL_URL: "http://127.0.0.1:1" }, 7, { server: "fail" }],
    ["settings that cannot be used", [], { BANNEROL_URL: "ftp://x" }, 2, { settings: "fail" }],
    ["no token", [], { BANNEROL_TOKEN: "" }, 4, { token: "fail", websocket: "ok" }],
    ["a token that opens nothing", [], { BANNEROL_TOKEN: token }, 4, { token: "fail" }],
    ["a place that is not there", ["--env", "nowhere"], {}, 3, { token: "ok", place: "fail" }],
    ["a key that is none", ["--key", "x"], {}, 1, { key: "fail", websocket: "ok", sse: "skipped" }],
    ["a token in the place of a key", ["--key", token], {}, 1, { key: "fail" }],
  ])("ends with a code that tells, with %s", async (_, argv, env, code, found) => {
    const ran = await cli(["doctor", "--json", ...argv], { env });
    expect({ code: ran.code, ...grades(ran.stdout) }).toMatchObject({ code, ...found });
    expect(JSON.parse(ran.stdout).ok).toBe(false);
  });

  it("tells a server from something else that answers", async () => {
    const other = await startScriptedServer({ "GET /readyz": { body: "<html>" } });
    const { code, stdout, stderr } = await runCli(["doctor", "--url", other.url]);
    await other.close();
    expect({ code, stderr }).toEqual({ code: 7, stderr: "1 thing in the way.\n" });
    expect(stdout).toContain("not as a Bannerol server does");
  });
});
