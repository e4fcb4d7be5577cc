import { getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { type Connection, connect } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import * as schema from "./schema.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();

interface TableShape {
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  readonly indexes: readonly string[];
  readonly references: readonly string[];
}

function inSchema(table: SQLiteTable): TableShape {
  const { columns, primaryKeys, indexes, foreignKeys } = getTableConfig(table);
  const named = primaryKeys.flatMap((key) => key.columns.map(({ name }) => name));
  return {
    columns: columns.map((column) => `${column.name} ${column.getSQLType()}${column.notNull ? " not null" : ""}`),
    primaryKey: named.length > 0 ? named : columns.filter((column) => column.primary).map(({ name }) => name),
    indexes: indexes
      .map(({ config }) => `${config.name} ${config.columns.map((c) => ("name" in c ? c.name : "?"))}`)
      .sort(),
    references: foreignKeys
      .map((key) => key.reference())
      .map(({ columns, foreignTable, foreignColumns }) => {
        const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join();
        return `${names(columns)} → ${getTableName(foreignTable)} ${names(foreignColumns)}`;
      })
      .sort(),
  };
}

interface Row {
  readonly [column: string]: string | number;
}

function inDatabase(connection: Connection, table: string): TableShape {
  const rows = (pragma: string, name = table): readonly Row[] =>
    connection.prepare<[string], Row>(`SELECT * FROM pragma_${pragma}(?)`).all(name);
  const columns = rows("table_info");
  const key = columns.filter(({ pk }) => pk !== 0).sort((a, b) => Number(a.pk) - Number(b.pk));
  const grouped = new Map<unknown, Row[]>();
  for (const row of rows("foreign_key_list")) grouped.set(row.id, [...(grouped.get(row.id) ?? []), row]);
  return {
    columns: columns.map(({ name, type, notnull, pk }) => {
      const always = notnull === 1 || (type === "INTEGER" && pk !== 0);
      return `${name} ${String(type).toLowerCase()}${always ? " not null" : ""}`;
    }),
    primaryKey: key.map(({ name }) => String(name)),
    indexes: rows("index_list")
      .filter(({ origin }) => origin === "c")
      .map(({ name }) => `${name} ${rows("index_info", String(name)).map((column) => column.name)}`)
      .sort(),
    references: [...grouped.values()]
      .map((group) => `${group.map(({ from }) => from)} → ${group[0]?.table} ${group.map(({ to }) => to)}`)
      .sort(),
  };
}

describe("schema", () => {
  it("is what the migrations make", () => {
    const connection = connect(freshFile());
    migrate(connection, { migrations, at: 1 });
    const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));
    for (const table of tables) expect(inDatabase(connection, getTableName(table))).toEqual(inSchema(table));
    const made = connection
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all();
    expect(made.sort()).toEqual(["migrations", ...tables.map((table) => getTableName(table))].sort());
    connection.close();
  });
});
