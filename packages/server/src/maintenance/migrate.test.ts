import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import SqliteFile from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { migrations as postgresMigrations } from "../store/postgres/migrations/index.ts";
import { describePostgres } from "../store/postgres/testing/database.ts";
import { migrate } from "../store/sqlite/migrate.ts";
import { migrations } from "../store/sqlite/migrations/index.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { temporaryFiles } from "../store/sqlite/temporary-folder.ts";
import { migrateDatabase } from "./maintenance.ts";

const freshFile = temporaryFiles();
const newest = migrations.at(-1)?.version;

describe("a migration apart from a start", () => {
  it("runs what is missing after a copy was made, says so, and finds nothing to do the next time", async () => {
    const path = freshFile();
    const database = new SqliteFile(path);
    migrate(database, { migrations: migrations.slice(0, 1), at: 1 });
    database.close();
    const ran = migrations.slice(1).map(({ name }) => name);
    const backup = `${path}.schema-1.backup`;
    const done = await migrateDatabase({ kind: "sqlite", path }, 2);
    expect(done).toEqual({ from: 1, to: newest, ran, backup });
    expect(existsSync(backup)).toBe(true);
    expect(await migrateDatabase({ kind: "sqlite", path }, 3)).toEqual({ from: newest, to: newest, ran: [] });
    await (await openSqliteStore({ file: path, at: 4 })).close();
  });

  it("makes no database, and touches none that is used or newer than the program", async () => {
    const path = freshFile();
    await expect(migrateDatabase({ kind: "sqlite", path }, 1)).rejects.toThrow("There is no database");
    expect(existsSync(path)).toBe(false);
    const store = await openSqliteStore({ file: path, at: 1 });
    await expect(migrateDatabase({ kind: "sqlite", path }, 1)).rejects.toThrow("in use by process");
    await store.close();
    const database = new SqliteFile(path);
    database.exec("INSERT INTO migrations VALUES (99, 'future', 1)");
    database.close();
    await expect(migrateDatabase({ kind: "sqlite", path }, 1)).rejects.toMatchObject({ name: "SchemaTooNew" });
  });

  it("says why nothing can be made beside the database", async () => {
    const path = join(dirname(freshFile()), "x".repeat(252));
    writeFileSync(path, "");
    const refused = migrateDatabase({ kind: "sqlite", path }, 1);
    await expect(refused).rejects.toMatchObject({ name: "StoreFault", message: expect.stringContaining("too long") });
  });
});

await describePostgres("a migration of PostgreSQL apart from a start", ({ url, freshSchema }) => {
  it("makes the tables once", async () => {
    const address = new URL(url);
    address.searchParams.set("search_path", await freshSchema());
    const database = { kind: "postgres", url: address.href } as const;
    const ran = postgresMigrations.map(({ name }) => name);
    const to = postgresMigrations.at(-1)?.version;
    expect(await migrateDatabase(database, 1)).toEqual({ from: 0, to, ran });
    expect(await migrateDatabase(database, 2)).toEqual({ from: to, to, ran: [] });
  });
});
