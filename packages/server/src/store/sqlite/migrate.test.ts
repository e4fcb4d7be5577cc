import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Migration } from "../migration.ts";
import { expectSchema1, schema1Rows, schema1Tables } from "../testing/schema-1.ts";
import { type Connection, connect } from "./connection.ts";
import { migrate, schemaVersion } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();

const parents: Migration = {
  version: 1,
  name: "parents",
  sql: `
    CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE);
    INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (10, 1);`,
};

/** How a generated migration rebuilds a table: with foreign keys on, the drop takes the children with it. */
const rebuild: Migration = {
  version: 2,
  name: "rebuild",
  sql: `
    CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO new_parent SELECT id, name FROM parent;
    DROP TABLE parent;
    ALTER TABLE new_parent RENAME TO parent;`,
};

const count = (connection: Connection, table: string): unknown =>
  connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

function migrated(migrations: readonly Migration[]): Connection {
  const connection = connect(freshFile());
  migrate(connection, { migrations, at: 1 });
  return connection;
}

describe("migrate", () => {
  it("runs what is new, in order, once", () => {
    const connection = migrated([parents]);
    expect(schemaVersion(connection)).toBe(1);
    migrate(connection, { migrations: [parents, rebuild], at: 2 });
    migrate(connection, { migrations: [parents, rebuild], at: 3 });
    expect(connection.prepare("SELECT * FROM migrations").all()).toEqual([
      { version: 1, name: "parents", at: 1 },
      { version: 2, name: "rebuild", at: 2 },
    ]);
    connection.close();
  });

  it("keeps the rows that refer to a table which is rebuilt", () => {
    const connection = migrated([parents, rebuild]);
    expect(count(connection, "child")).toBe(1);
    expect(connection.pragma("foreign_keys", { simple: true })).toBe(1);
    connection.close();
  });

  it("makes a backup of a database that held data, and none of a new one", () => {
    const connection = migrated([parents]);
    const backup = `${connection.name}.schema-1.backup`;
    expect(existsSync(backup)).toBe(false);
    migrate(connection, { migrations: [parents, { ...rebuild, sql: "DELETE FROM child" }], at: 2 });
    connection.close();
    const kept = new Database(backup, { readonly: true });
    expect(count(kept, "child")).toBe(1);
    expect(schemaVersion(kept)).toBe(1);
    kept.close();
  });

  it.each([
    ["fails half-way", "DELETE FROM child; SELECT * FROM nowhere;", "nowhere"],
    ["leaves rows that refer to nothing", "DELETE FROM parent;", "refer to nothing"],
  ])("leaves the database as it was where a migration %s", (_, sql, message) => {
    const connection = migrated([parents]);
    expect(() => migrate(connection, { migrations: [parents, { version: 2, name: "bad", sql }], at: 2 })).toThrow(
      message,
    );
    expect([schemaVersion(connection), count(connection, "parent"), count(connection, "child")]).toEqual([1, 1, 1]);
    expect(connection.pragma("foreign_keys", { simple: true })).toBe(1);
    connection.close();
  });

  it("touches nothing of a database that a newer program made", () => {
    const connection = migrated([parents, rebuild]);
    expect(() => migrate(connection, { migrations: [parents], at: 2 })).toThrow("has schema 2");
    connection.close();
  });
});

describe.each(migrations.slice(0, -1))("a database of schema $version", ({ version }) => {
  /** Whatever schema a table has, as SQLite keeps it. */
  const shapes = (connection: Connection): ReadonlyMap<string, unknown> =>
    new Map(
      [...schema1Tables.keys()].map((table) => [
        table,
        connection.prepare("SELECT * FROM pragma_table_info(?)").all(table),
      ]),
    );
  const counts = (connection: Connection): ReadonlyMap<string, unknown> =>
    new Map([...schema1Tables.keys()].map((table) => [table, count(connection, table)]));
  const written = (): Connection => {
    const connection = connect(freshFile());
    migrate(connection, { migrations: migrations.slice(0, version), at: 1 });
    connection.exec(schema1Rows);
    return connection;
  };

  it("is brought here with all that it holds, and kept beside as it was", async () => {
    const connection = written();
    const [file, before] = [connection.name, shapes(connection)];
    expect(counts(connection)).toEqual(schema1Tables);
    connection.close();
    const store = await openSqliteStore({ file, at: 2 });
    await expectSchema1(store);
    await store.close();
    const after = connect(file);
    expect([counts(after), shapes(after)]).toEqual([schema1Tables, before]);
    after.close();
    const kept = new Database(`${file}.schema-${version}.backup`, { readonly: true });
    expect([schemaVersion(kept), counts(kept)]).toEqual([version, schema1Tables]);
    kept.close();
  });

  it("goes on from where its history ended", async () => {
    const connection = written();
    const file = connection.name;
    connection.close();
    const store = await openSqliteStore({ file, at: 2 });
    const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
    const ledger = await Ledger.open({ store, reports, at: 3 });
    expect(ledger.view("default", "production", "server")?.ruleset()).toMatchObject({ segments: { staff: {} } });
    // Ten changes, and the one that projects its views as this program does.
    expect(ledger.state("default")?.revision).toBe(11);
    await ledger.close();
  });
});
