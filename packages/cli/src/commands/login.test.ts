import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mintCredential } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { agreeableServer } from "../testing/agreeable-server.ts";
import { problem } from "../testing/scripted-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const api = agreeableServer();
const { cli } = api;
const last = () => api.server.seen[api.server.seen.length - 1];

describe("login", () => {
  it("keeps address and token once the server took them", async () => {
    const ownConfigFile = join(await emptyFolder(), "deep", "cli.json");
    const world = { env: { BANNEROL_TOKEN: "", BANNEROL_URL: "" }, ownConfigFile };
    const { code } = await cli(["login", "--url", api.server.url], { ...world, input: ` ${"p".repeat(40)}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(ownConfigFile, "utf8"))).toEqual({ url: api.server.url, token: "p".repeat(40) });
    expect((await cli(["flag", "list"], world)).code).toBe(0);
    expect(last()?.headers.authorization).toBe(`Bearer ${"p".repeat(40)}`);
  });

  it("keeps nothing that the server refuses", async () => {
    const ownConfigFile = join(await emptyFolder(), "cli.json");
    api.server.script = { "GET /projects": problem(401, "token_invalid", "The token is not valid.") };
    expect((await cli(["login", "--url", api.server.url], { ownConfigFile })).code).toBe(4);
    await expect(readFile(ownConfigFile)).rejects.toThrow(/ENOENT/);
  });

  it("names an SDK key that is typed for a token, and sends it nowhere", async () => {
    const input = mintCredential("server", (count) => new Uint8Array(count)).text;
    const { code, stderr } = await cli(["login"], { env: { BANNEROL_TOKEN: "" }, input });
    expect(code).toBe(4);
    expect(stderr).toMatch(/holds a server key/);
    expect(api.server.seen).toEqual([]);
  });
});
