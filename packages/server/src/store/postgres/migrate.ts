/**
 * Brings a database to the schema that this program works with. A migration is one message of several statements, which
 * PostgreSQL carries out in one transaction. Its first statement takes a lock, and its second says that it ran, so
 * that of two nodes that start together one waits, and finds that there is nothing left to do.
 *
 * There is no backup before it as there is of a file: see docs/how-to/postgresql.md.
 */
import postgres from "postgres";
import { type Migrated, type Migration, type MigrationOptions, newestVersion, SchemaTooNew } from "../migration.ts";
import type { Sql } from "./driver.ts";

/** Runs what has not run yet. `database` is its name in errors. */
export async function migrate(sql: Sql, database: string, { migrations, at }: MigrationOptions): Promise<Migrated> {
  const found = await schemaVersion(sql);
  const known = newestVersion(migrations);
  if (found > known) throw new SchemaTooNew({ database, found, known });
  const ran: string[] = [];
  for (const migration of migrations) {
    if (migration.version > found && (await run(sql, migration, at))) ran.push(migration.name);
  }
  return { from: found, to: known, ran };
}

/** 0 where no migration has run. */
export async function schemaVersion(sql: Sql): Promise<number> {
  const [there] = await sql`SELECT to_regclass('migrations') IS NOT NULL AS known`;
  if (there?.known !== true) return 0;
  const [newest] = await sql`SELECT coalesce(max(version), 0) AS version FROM migrations`;
  return Number(newest?.version);
}

/** Whether it ran: another process may have been faster. */
async function run(sql: Sql, { version, name, sql: statements }: Migration, at: number): Promise<boolean> {
  const script = `
    SELECT pg_advisory_xact_lock(hashtext('bannerol migrations'), hashtext(current_schema()));
    CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, name text NOT NULL, at bigint NOT NULL);
    INSERT INTO migrations (version, name, at) VALUES (${version}, '${name}', ${at});
    ${statements}`;
  try {
    await sql.unsafe(script);
    return true;
  } catch (error) {
    if (!ranAlready(error)) throw error;
    return false;
  }
}

function ranAlready(error: unknown): boolean {
  return (
    error instanceof postgres.PostgresError && error.code === "23505" && error.constraint_name === "migrations_pkey"
  );
}
