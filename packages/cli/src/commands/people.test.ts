/** Users, tokens, rotation and settings against a real server: what a scripted one would only repeat. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { startScriptedServer } from "../testing/scripted-server.ts";
import { emptyFolder, runCli } from "../testing/test-io.ts";

const { cli, done } = realServer();

const json = async (...argv: readonly string[]) => JSON.parse((await done(...argv, "--json")).stdout);
const as = (token: string, ...argv: readonly string[]) => cli(argv, { env: { BANNEROL_TOKEN: token } });

let people = 0;
const newPerson = async (...more: readonly string[]) => {
  const email = `ada${++people}@example.com`;
  return { email, ...(await json("user", "create", "Ada", "--email", email, "--role", "editor", ...more)) };
};

describe("a person", () => {
  it("works by their tokens, and is told from others by address", async () => {
    const { email, id } = await newPerson();
    const token = (await done("token", "create", "laptop", "--user", email.toUpperCase())).stdout.trim();
    expect(JSON.parse((await as(token, "whoami", "--json")).stdout)).toMatchObject({
      type: "user",
      id,
      role: "editor",
    });
    expect(await json("user", "show", email)).toMatchObject({ id, tokens: [{ name: "laptop", role: "editor" }] });
    expect((await cli(["user", "show", "nobody@example.com"])).code).toBe(3);
    expect((await cli(["user", "show", "nobody12"])).code).toBe(3);
    expect((await cli(["user", "create", "B", "--email", email, "--role", "viewer"])).code).toBe(6);
  });

  it("bounds their tokens: within their scope, and no more than their role", async () => {
    const { email } = await newPerson("--project", "p1", "--env", "staging");
    const made = await json("token", "create", "laptop", "--user", email);
    expect(made).toMatchObject({ project: "p1", environment: "staging", role: "editor" });
    const beyond = await cli(["token", "create", "more", "--user", email, "--role", "admin"]);
    expect(beyond).toMatchObject({ code: 8, stderr: expect.stringContaining("no more than that") });
    expect((await cli(["token", "create", "else", "--user", email, "--project", "default"])).code).toBe(8);
  });

  it("is let in no more once disabled, and again once enabled", async () => {
    const { email } = await newPerson();
    const { token } = await json("token", "create", "laptop", "--user", email);
    for (const [verb, code] of [
      ["disable", 4],
      ["enable", 0],
    ] as const) {
      await done("user", verb, email);
      expect([verb, (await as(token, "whoami")).code]).toEqual([verb, code]);
    }
    await done("user", "update", email, "--role", "viewer");
    expect((await as(token, "whoami")).stdout).toMatch(/role +viewer/);
    expect((await cli(["user", "update", email])).code).toBe(2);
  });
});

describe("rotation", () => {
  it("shows the new secret alone, and says until when the old one works", async () => {
    const old = await json("token", "create", "ci", "--role", "viewer");
    const { stdout, stderr } = await done("token", "rotate", old.token, "--overlap", "1h");
    expect(stdout).toMatch(/^bnr_token_\w+\n$/);
    expect(stderr).toMatch(new RegExp(`${old.id}, which it replaces, still works until [\\d-]+ [\\d:]+ UTC`));
    expect(stderr).not.toContain(stdout.trim());
    for (const token of [old.token, stdout.trim()]) expect((await as(token, "whoami")).code).toBe(0);
  });

  it("never says that the old one works longer than it would have", async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const old = await json("token", "create", "ci", "--role", "viewer", "--expires", inAnHour);
    const { replaces } = await json("token", "rotate", old.id, "--overlap", "7d");
    expect(replaces).toEqual({ id: old.id, worksUntil: old.expiresAt });
  });

  it("ends the old one at once where it shall not overlap", async () => {
    const old = await json("key", "create");
    const { replaces } = await json("key", "rotate", old.key, "--overlap", "0s");
    expect(replaces.id).toBe(old.id);
    expect((await cli(["key", "rotate", old.id])).code).toBe(3);
  });

  it("tells whoever rotates their own token", async () => {
    const { id, token } = await json("token", "create", "own", "--role", "admin");
    expect((await as(token, "token", "rotate", id)).stderr).toContain("bannerol login");
    expect((await done("token", "rotate", id, "--overlap", "0s")).stderr).not.toContain("bannerol login");
  });

  it.each(["x", "1.5h", "-1h", "1500ms", "31d"])("refuses the overlap %s", async (overlap) => {
    const { id } = await json("token", "create", "ci", "--role", "viewer");
    expect([2, 8]).toContain((await cli(["token", "rotate", id, "--overlap", overlap])).code);
    expect((await cli(["token", "rotate", id])).code).toBe(0);
  });
});

describe("settings", () => {
  const token = `bnr_token_${"a".repeat(12)}_${"b".repeat(32)}_000000`;
  const list = async (env: Record<string, string>, ...argv: readonly string[]) => {
    const folder = await emptyFolder();
    await mkdir(join(folder, ".bannerol"));
    await writeFile(
      join(folder, ".bannerol", "cli.json"),
      JSON.stringify({ url: "http://127.0.0.1:1", token: "x".repeat(40), project: "shop" }),
    );
    return { folder, ...(await runCli(["config", ...argv], { env, folder })) };
  };

  it("are shown with where they come from, and never a secret", async () => {
    const { folder, stdout } = await list({ BANNEROL_ENV: "staging" }, "list", "--show-origin", "--project", "mobile");
    expect(stdout.replaceAll(folder, "")).toMatchInlineSnapshot(`
      "SETTING      VALUE               FROM
      url          http://127.0.0.1:1  /.bannerol/cli.json
      token        ********            /.bannerol/cli.json
      project      mobile              --project
      environment  staging             BANNEROL_ENV
      "
    `);
    expect(stdout).not.toContain("xxxx");
    expect((await list({ BANNEROL_TOKEN: token }, "list", "--json")).stdout).not.toContain("bbbb");
  });

  it("say why a token that is there is not sent", async () => {
    const { stdout, stderr } = await list({}, "list", "--url", "https://flags.example.com");
    expect(stdout).toMatch(/token +not set/);
    expect(stderr).toContain("is for http://127.0.0.1:1, so it is not sent to https://flags.example.com");
  });

  it("say so too where a command needs a token", async () => {
    const { folder } = await list({}, "list");
    const other = await startScriptedServer();
    const ran = await runCli(["flag", "list", "--url", other.url], { folder });
    await other.close();
    expect(ran).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("is for http://127.0.0.1:1, and goes nowhere else"),
    });
    expect(other.seen.map(({ path }) => path)).toEqual(["/livez"]);
  });

  it("are shown where they are wrong, for then they are looked at", async () => {
    const { code, stdout } = await list({ BANNEROL_URL: "ftp://a:secret@b" }, "list");
    expect(code).toBe(0);
    expect(stdout).toContain("ftp://********@b");
  });

  it.each([
    [["get", "project"], 0, "shop\n"],
    [["get", "environment"], 3, ""],
    [["get", "colour"], 2, ""],
  ])("one by one: %j", async (argv, code, stdout) => {
    expect(await list({}, ...argv)).toMatchObject({ code, stdout });
  });
});
