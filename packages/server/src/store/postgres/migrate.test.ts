import { getTableName, is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { afterEach, expect, it } from "vitest";
import type { Migration } from "../migration.ts";
import { expectSchema1, schema1Rows, schema1Tables } from "../testing/schema-1.ts";
import { type Driver, openDriver } from "./driver.ts";
import { migrate, schemaVersion } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { openPostgresStore } from "./postgres-store.ts";
import * as tables from "./schema.ts";
import { describePostgres } from "./testing/database.ts";

const first: Migration = { version: 1, name: "first", sql: "CREATE TABLE a (id integer); INSERT INTO a VALUES (1);" };
const second: Migration = { version: 2, name: "second", sql: "ALTER TABLE a ADD COLUMN name text;" };

await describePostgres("migrations of PostgreSQL", ({ url, freshSchema }) => {
  const opened: Driver[] = [];
  const connect = (schema: string): Driver => {
    const driver = openDriver({ url, schema, connections: 1 });
    opened.push(driver);
    return driver;
  };
  afterEach(async () => {
    for (const driver of opened.splice(0)) await driver.end();
  });
  const fresh = async () => connect(await freshSchema()).sql;

  it("run what is new, in order, once", async () => {
    const sql = await fresh();
    expect(await schemaVersion(sql)).toBe(0);
    await migrate(sql, "db", { migrations: [first], at: 1 });
    await migrate(sql, "db", { migrations: [first, second], at: 2 });
    await migrate(sql, "db", { migrations: [first, second], at: 3 });
    expect([...(await sql`SELECT * FROM migrations ORDER BY version`)]).toEqual([
      { version: 1, name: "first", at: "1" },
      { version: 2, name: "second", at: "2" },
    ]);
    expect([...(await sql`SELECT * FROM a`)]).toEqual([{ id: 1, name: null }]);
  });

  it("run once where several nodes start together", async () => {
    const schema = await freshSchema();
    const nodes = Array.from({ length: 5 }, () => connect(schema).sql);
    await Promise.all(nodes.map((sql) => migrate(sql, "db", { migrations: [first, second], at: 1 })));
    const [sql] = nodes;
    expect(sql && [...(await sql`SELECT id FROM a`)]).toEqual([{ id: 1 }]);
  });

  it("leave the database as it was where one fails half-way", async () => {
    const sql = await fresh();
    await migrate(sql, "db", { migrations: [first], at: 1 });
    const bad = { version: 2, name: "bad", sql: "DELETE FROM a; SELECT * FROM nowhere;" };
    await expect(migrate(sql, "db", { migrations: [first, bad], at: 2 })).rejects.toThrow("nowhere");
    expect([await schemaVersion(sql), (await sql`SELECT * FROM a`).length]).toEqual([1, 1]);
  });

  it.each(migrations.slice(0, -1))("bring a database of schema $version here with all that it holds", async (found) => {
    const schema = await freshSchema();
    const { sql } = connect(schema);
    await migrate(sql, "db", { migrations: migrations.slice(0, found.version), at: 1 });
    await sql.unsafe(schema1Rows);
    const store = await openPostgresStore({ url, schema, at: 2 });
    await expectSchema1(store);
    await store.close();
    for (const [table, rows] of schema1Tables) {
      expect([table, ...(await sql`SELECT count(*)::int AS rows FROM ${sql(table)}`)]).toEqual([table, { rows }]);
    }
  });

  it("stop with one line at a schema that is newer than the program (F53)", async () => {
    const schema = await freshSchema();
    await (await openPostgresStore({ url, schema, at: 1 })).close();
    await connect(schema).sql`INSERT INTO migrations VALUES (99, 'future', 1)`;
    await expect(openPostgresStore({ url, schema, at: 1 })).rejects.toMatchObject({
      name: "SchemaTooNew",
      message: expect.stringMatching(/^The database \S+ has schema 99, and this program knows up to 8\. [^\n]*$/),
    });
  });

  it("make the tables that queries see, their text compared by its bytes", async () => {
    const sql = await fresh();
    await migrate(sql, "db", { migrations, at: 1 });
    const listed = Object.values(tables).filter((value) => is(value, PgTable));
    for (const table of listed) {
      const columns = await sql<{ name: string; type: string; fixed: boolean; collation: string | null }[]>`
        SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS fixed, collname AS collation
        FROM pg_attribute LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE attrelid = ${getTableName(table)}::regclass AND attnum > 0 ORDER BY attnum`;
      const config = getTableConfig(table);
      const seen = config.columns.map((column) => {
        const type = column.getSQLType();
        return {
          name: column.name,
          type,
          fixed: column.notNull || column.primary,
          collation: type === "text" ? "C" : null,
        };
      });
      expect([...columns]).toEqual(seen);
      const indexes = await sql<{ name: string }[]>`
        SELECT indexrelid::regclass::text AS name FROM pg_index
        WHERE indrelid = ${getTableName(table)}::regclass AND NOT indisprimary ORDER BY 1`;
      expect(indexes.map(({ name }) => name)).toEqual(config.indexes.map((each) => each.config.name).sort());
    }
    const made = await sql<{ name: string }[]>`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`;
    expect(made.map(({ name }) => name).sort()).toEqual(
      ["migrations", ...listed.map((table) => getTableName(table))].sort(),
    );
  });
});
