/**
 * Brings a database to the schema that this program works with. Each migration is one transaction; foreign keys are
 * off around it, since inside it switching them off does nothing and rebuilding a table deletes what refers to it.
 */
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { type Migrated, type Migration, type MigrationOptions, newestVersion, SchemaTooNew } from "../migration.ts";

/** Runs what has not run yet. A database that held data is backed up beside itself first. */
export function migrate(database: Database, { migrations, at }: MigrationOptions): Migrated {
  const found = schemaVersion(database);
  const newest = newestVersion(migrations);
  if (found > newest) {
    throw new SchemaTooNew({ database: database.name, found, known: newest });
  }
  const open = migrations.filter(({ version }) => version > found);
  const backup = open.length > 0 && found > 0 ? backUp(database, found) : undefined;
  for (const migration of open) run(database, migration, at);
  const ran = open.map(({ name }) => name);
  return { from: found, to: newest, ran, ...(backup === undefined ? {} : { backup }) };
}

/** 0 where no migration has run. */
export function schemaVersion(database: Database): number {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'").get();
  if (known === undefined) return 0;
  return Number(database.prepare("SELECT coalesce(max(version), 0) FROM migrations").pluck().get());
}

function run(database: Database, { version, name, sql }: Migration, at: number): void {
  database.pragma("foreign_keys = OFF");
  try {
    database
      .transaction(() => {
        database.exec(sql);
        database.exec(
          "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
        );
        database.prepare("INSERT INTO migrations (version, name, at) VALUES (?, ?, ?)").run(version, name, at);
        refuseLooseEnds(database, name);
      })
      .immediate();
  } finally {
    database.pragma("foreign_keys = ON");
  }
}

function refuseLooseEnds(database: Database, name: string): void {
  const loose = database.prepare('SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1').get();
  if (loose === undefined) return;
  throw new Error(
    `Migration ${name} would leave rows that refer to nothing (${JSON.stringify(loose)}), so it was undone. The database is as it was.`,
  );
}

function backUp(database: Database, version: number): string {
  const file = `${database.name}.schema-${version}.backup`;
  rmSync(file, { force: true });
  database.prepare("VACUUM INTO ?").run(file);
  const handle = openSync(file, "r");
  fsyncSync(handle);
  closeSync(handle);
  return file;
}
