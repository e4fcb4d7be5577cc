import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readConfig, startServer } from "@bannerol/server";
import { beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, runCli, type World } from "../testing/test-io.ts";

describe("a database without its server", () => {
  let folder: string;
  let env: { readonly [name: string]: string };
  beforeEach(async () => {
    folder = await emptyFolder();
    env = { DATABASE_URL: `sqlite:${join(folder, "data.db")}` };
    await mkdir(folder, { recursive: true });
    const server = await startServer(readConfig({ ...env, PORT: "0" }), { log: () => undefined });
    await server.close();
  });
  const cli = (argv: readonly string[], world: World = {}) => runCli(["server", ...argv], { folder, env, ...world });

  it("is backed up, restored and verified", async () => {
    expect(await cli(["backup", "copy.db"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/holds the backup, \d+ bytes/),
    });
    expect(await cli(["backup", "copy.db"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is there already"),
    });
    const restored = await cli(["restore", "copy.db", "--yes", "--json"]);
    expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining("The database until now is kept") });
    expect(JSON.parse(restored.stdout)).toMatchObject({ projects: [{ project: "default", revision: 1 }] });
    const verified = await cli(["verify", "--json"]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      ok: true,
      projects: [
        { project: "_system", ok: true },
        { project: "default", ok: true, checked: 1 },
      ],
    });
  });

  it("is verified against a head that was kept: 8 where it does not hold it", async () => {
    const { projects } = JSON.parse((await cli(["verify", "--json"])).stdout);
    const { head } = projects[1];
    const kept = await cli(["verify", "--head", head.slice(0, 12), "--revision", "1"]);
    expect(kept).toMatchObject({ code: 0, stdout: expect.stringContaining("intact") });
    const cut = await cli(["verify", "--head", head, "--revision", "9"]);
    expect(cut).toMatchObject({ code: 8, stdout: expect.stringContaining("ends at revision 1") });
    expect((await cli(["verify", "--head", "0".repeat(64)])).code).toBe(8);
    expect((await cli(["verify", "--head", head, "--project", "none"])).code).toBe(1);
    for (const words of [
      ["--revision", "1"],
      ["--head", "x"],
      ["--head", head, "--revision", "x"],
    ]) {
      expect((await cli(["verify", ...words])).code).toBe(2);
    }
  });

  it("is not replaced without a yes", async () => {
    await cli(["backup", "copy.db"]);
    expect((await cli(["restore", "copy.db"])).code).toBe(2);
    const questions: string[] = [];
    expect((await cli(["restore", "copy.db"], { isTerminal: true, input: "n", questions })).code).toBe(1);
    expect(questions).toHaveLength(1);
    expect((await cli(["restore", "copy.db"], { isTerminal: true, input: "y" })).code).toBe(0);
  });

  it("is not made by looking at it", async () => {
    const none = { DATABASE_URL: `sqlite:${join(folder, "none.db")}` };
    for (const argv of [["verify"], ["backup", "b.db"]]) {
      expect((await cli(argv, { env: none })).code).toBe(1);
      expect((await cli(argv, { env: none })).code).toBe(1);
    }
  });

  it("of PostgreSQL is left to PostgreSQL's tools", async () => {
    const postgres = { DATABASE_URL: "postgres://user:secret-of-the-database@127.0.0.1:1/db" };
    const ran = await cli(["backup", "b.db"], { env: postgres });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("pg_dump") });
    expect(ran.stderr).not.toContain("secret-of-the-database");
  });
});
