import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig, startServer } from "@bannerol/server";
import { beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, runCli, type World } from "../testing/test-io.ts";

describe("an installation on the move", () => {
  let folder: string;
  let from: { readonly [name: string]: string };
  let to: { readonly [name: string]: string };
  beforeEach(async () => {
    folder = await emptyFolder();
    from = { DATABASE_URL: `sqlite:${join(folder, "data.db")}` };
    to = { DATABASE_URL: `sqlite:${join(folder, "new", "data.db")}` };
  });
  const cli = (argv: readonly string[], env: World["env"] = from, world: World = {}) =>
    runCli(["server", ...argv], { folder, ...world, ...(env && { env }) });
  const started = (env: { readonly [name: string]: string }) =>
    startServer(readConfig({ ...env, PORT: "0" }), { log: () => undefined });

  it("goes through a file into a new database, beside a server; keys and tokens open both", async () => {
    const server = await started(from);
    const exported = await cli(["export", "all.jsonl", "--json"]);
    expect(exported.code).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject({ projects: [{ project: "_system" }, { project: "default" }] });
    expect(await cli(["export", "all.jsonl"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is there already"),
    });
    await server.close();
    const imported = await cli(["import", "all.jsonl"], to);
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining("under the new epoch") });
    const there = await started(to);
    expect(there.adminToken).toBeUndefined();
    const admin = await fetch(`${there.url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    const sdk = await fetch(`${there.url}/sdk/v1/ruleset`, {
      headers: { authorization: `Bearer ${server.keys?.production}` },
    });
    await there.close();
    expect([admin.status, sdk.status]).toEqual([200, 200]);
    expect((await cli(["verify"], to)).code).toBe(0);
    expect(await cli(["import", "all.jsonl"], to)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds a history already"),
    });
  });

  it("goes through standard streams", async () => {
    await (await started(from)).close();
    const { code, stdout: input } = await cli(["export", "-"]);
    expect(code).toBe(0);
    await cli(["export", "all.jsonl"]);
    expect(input).toBe(await readFile(join(folder, "all.jsonl"), "utf8"));
    const imported = await cli(["import", "-", "--json"], to, { input });
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ epoch: expect.any(String) });
    expect((await cli(["export", "-", "--json"])).code).toBe(2);
  });

  it("is refused in words: a file that is not there, and one that is no export", async () => {
    expect(await cli(["import", "none.jsonl"], to)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("none.jsonl"),
    });
    await writeFile(join(folder, "no.jsonl"), "hello\n");
    expect(await cli(["import", "no.jsonl"], to)).toMatchObject({ code: 1, stderr: expect.stringContaining("Line 1") });
    expect((await cli(["export", "x.jsonl"], to)).code).toBe(1);
  });

  it("is migrated apart from a start, once", async () => {
    expect(await cli(["migrate"], to)).toMatchObject({ code: 1, stderr: expect.stringContaining("no database") });
    const server = await started(from);
    expect(await cli(["migrate"])).toMatchObject({ code: 1, stderr: expect.stringContaining("in use by process") });
    await server.close();
    const { code, stdout } = await cli(["migrate", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ran: [] });
    expect(await cli(["migrate"])).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do") });
  });
});
