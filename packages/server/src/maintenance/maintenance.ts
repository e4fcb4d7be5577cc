/** What is done to a database apart from serving it: one-off work of an operator, each in a process of its own. */
import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import { type KeptHead, verifyAgainst } from "../features/changes/verify.ts";
import { StoreFault } from "../store/fault.ts";
import type { Migrated } from "../store/migration.ts";
import { openStore } from "../store/open-store.ts";
import { type ChainVerdict, type Store, SYSTEM_PROJECT } from "../store/port.ts";
import { migratePostgres } from "../store/postgres/postgres-store.ts";
import { backUpDatabase } from "../store/sqlite/backup.ts";
import { type Restored, restoreDatabase } from "../store/sqlite/restore.ts";
import { migrateSqlite } from "../store/sqlite/sqlite-store.ts";

type Database = Config["database"];

/** Copies the database into a file that is not there yet, beside a server that runs. Resolves with its size in bytes. */
export async function backUp(database: Database, file: string): Promise<number> {
  return backUpDatabase({ database: pathOf(database), file });
}

/** Puts a backup in the place of the database, which no server may use, under a new epoch. `at` is epoch milliseconds. */
export async function restore(database: Database, file: string, at: number): Promise<Restored> {
  return restoreDatabase({ database: pathOf(database), file, at });
}

/** A project of which a head was kept elsewhere. */
export interface KeptProjectHead extends KeptHead {
  readonly project: string;
}

/** Checks every history in the database, `_system`'s too, by project. `at` is epoch milliseconds. */
export async function verifyDatabase(
  database: Database,
  at: number,
  kept?: KeptProjectHead,
): Promise<ReadonlyMap<string, ChainVerdict>> {
  requireFile(database);
  const store = await openStore(database, at);
  try {
    const verdicts = new Map<string, ChainVerdict>();
    await addNamedProjects(store);
    const projects = await store.projects();
    if (kept !== undefined && !projects.includes(kept.project)) {
      throw new StoreFault("unavailable", `There is no project ${kept.project} in the database. Name another one.`);
    }
    for (const project of projects) {
      verdicts.set(project, await verifyAgainst(store, project, kept?.project === project ? kept : undefined));
    }
    return verdicts;
  } finally {
    await store.close();
  }
}

/** As a server does when it starts: of a project whose row was removed, what is left of its history shows then. */
async function addNamedProjects(store: Store): Promise<void> {
  const named = (await store.projects()).includes(SYSTEM_PROJECT) ? (await store.load(SYSTEM_PROJECT)).documents : [];
  for (const { kind, key } of named) if (kind === "project") await store.addProject(key);
}

/** Brings a database to the schema of this program. `at` is epoch milliseconds. */
export async function migrateDatabase(database: Database, at: number): Promise<Migrated> {
  if (database.kind === "postgres") return migratePostgres({ url: database.url, at });
  requireFile(database);
  return migrateSqlite({ file: database.path, at });
}

/** Opening would make it. */
function requireFile(database: Database): void {
  if (database.kind === "postgres" || existsSync(database.path)) return;
  throw new StoreFault("unavailable", `There is no database ${database.path}. Name it with DATABASE_URL.`);
}

function pathOf(database: Database): string {
  if (database.kind === "sqlite") return database.path;
  const detail = "DATABASE_URL names a PostgreSQL database. Use its own tools: pg_dump and pg_restore.";
  throw new StoreFault("unavailable", detail);
}
