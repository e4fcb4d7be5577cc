import { formatCredential, mintCredential } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { agreeableServer, everything } from "../testing/agreeable-server.ts";
import * as documents from "../testing/documents.ts";

const api = agreeableServer();
const { cli } = api;
const last = () => api.server.seen[api.server.seen.length - 1];

describe("bad usage exits 2, names the way on and sends nothing", () => {
  it.each([
    [["flag", "creat", "x"], /Unknown command 'creat'\. Did you mean create\?/i],
    [["flga", "list"], /Did you mean flag\?/],
    [["flag", "list", "--jsno"], /Did you mean --json\?/],
    [["rollout", "new-checkout"], /percent/],
    [["rollout", "new-checkout", "half"], /0 to 100/],
    [["rollout", "new-checkout", "-5"], /0 to 100/],
    [["kill", "a", "b"], /too many arguments/i],
    [["flag", "create", "x", "--type", "bool"], /boolean, string, number, json/],
    [["flag", "create", "x", "--variant", "novalue"], /blue=#00f/],
    [["flag", "create", "x", "--type", "number", "--variant", "a=b"], /no number/],
    [["token", "create", "x"], /--role/],
    [["eval", "x", "--context", "{"], /--context is not JSON/],
    [["eval", "x", "--context", "[]"], /a list/],
    [["eval", "x", "--context", "null"], /null/],
    [["log", "--limit", "0"], /1 to 10000/],
    [["flag", "list", "--url", "localhost"], /--url/],
    [["flag"], /Usage: bannerol flag/],
    [[], /At three in the morning/],
  ])("%j", async (argv, message) => {
    const { code, stdout, stderr } = await cli(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(api.server.seen).toEqual([]);
  });

  it("in JSON too where that is asked for", async () => {
    const { code, stdout } = await cli(["flga", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: "usage", exitCode: 2 });
  });

  it("where no environment is named", async () => {
    const { code, stderr } = await cli(["kill", "new-checkout"], { env: { BANNEROL_ENV: "" } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--env production/);
  });
});

describe("hostile words", () => {
  it.each(["..", ".", ""])("the key %j reaches no other path", async (key) => {
    expect((await cli(["flag", "show", key])).code).toBe(8);
    expect(api.server.seen).toEqual([]);
  });

  it.each(["a/b", "a%2Fb", "a?x=1", "a#b", "../../tokens", "a b", "constructor"])(
    "the key %j stays one segment of the path",
    async (key) => {
      expect((await cli(["flag", "show", key])).code).toBe(3);
      expect(last()?.path).toBe(`/projects/default/flags/${encodeURIComponent(key)}`);
    },
  );

  const mint = (kind: "server" | "token") => mintCredential(kind, (count) => new Uint8Array(count)).text;
  it.each([
    ["flag", "show", mint("token")],
    ["flag", "create", mint("server")],
    ["kill", "x", "--comment", mint("token")],
    ["flag", "create", "x", "--tag", mint("server")],
    ["flag", "list", "--env", mint("token")],
    ["flag", "list", "--project", mint("token")],
  ])("%s %s: a key or token in the wrong place is named, not sent, not repeated", async (...argv) => {
    const { code, stderr } = await cli(argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds a (token|server key)/);
    expect(stderr).not.toContain(mint("token"));
    expect(stderr).not.toContain(mint("server"));
    expect(api.server.seen).toEqual([]);
  });

  it("a leaked key is revoked by pasting it, and only its id travels", async () => {
    const secret = "s".repeat(32);
    const leaked = formatCredential({ class: "server", id: "4cH0pQvT7xKz", secret });
    expect((await cli(["key", "revoke", leaked])).code).toBe(0);
    expect(last()?.path).toBe("/keys/4cH0pQvT7xKz");
  });

  it("what a server says has no power over the terminal", async () => {
    const item = { ...documents.flagList.items[0], description: "\u001b[2J\u001b]0;owned\u0007" };
    api.server.script = { ...everything, "GET /projects/default/flags": { body: { items: [item] } } };
    expect((await cli(["flag", "list"])).stdout).not.toContain("\u001b");
  });
});
