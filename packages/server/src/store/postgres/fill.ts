/**
 * Makes a database of what somebody writes, wholly or not at all:
 *
 *     schema of its own ─► migrations, commits (none of which waits for the disk) ─► moved into place by one message
 *
 * The message is one transaction, and is durable: with it everything before it is on the disk too. Until then nothing
 * of the database that a server would use has changed.
 */
import { createHash } from "node:crypto";
import { StoreFault } from "../fault.ts";
import type { Store } from "../port.ts";
import type { Driver, Sql } from "./driver.ts";
import { isUncertain } from "./faults.ts";
import { Pool } from "./pool.ts";
import { namingHost, openPostgresStore, requireSettings } from "./postgres-store.ts";

export interface FillOptions<T> {
  /** As of a store. */
  readonly url: string;
  /** Epoch milliseconds, for the record of what migrations ran. */
  readonly at: number;
  /** Writes everything that the database shall hold. Where it rejects, nothing is changed. */
  readonly fill: (store: Store) => Promise<T>;
}

/** Tables change hands by their names alone, however much is in them. */
const MOVE_DEADLINE_MS = 60_000;

/** Rejects with a `StoreFault` where the database holds a history already. */
export async function fillPostgres<T>({ url, at, fill }: FillOptions<T>): Promise<T> {
  const pool = new Pool({ url });
  try {
    const { database, schema } = await pool.run((driver) => requireSettings(driver));
    await pool.run((driver) => refuseFilled(driver, database));
    const draft = `bannerol_import_${createHash("sha256").update(schema).digest("hex").slice(0, 12)}`;
    try {
      await pool.run(({ sql }) => sql.unsafe(`${dropped(draft)}; CREATE SCHEMA ${draft}`), MOVE_DEADLINE_MS);
      const filled = await fillDraft(url, { draft, at, fill });
      await move(pool, draft, schema);
      return filled;
    } finally {
      await pool.run(({ sql }) => sql.unsafe(dropped(draft)), MOVE_DEADLINE_MS).catch(() => undefined);
    }
  } catch (error) {
    throw namingHost(url, error);
  } finally {
    await pool.close();
  }
}

interface DraftOptions<T> extends Omit<FillOptions<T>, "url"> {
  readonly draft: string;
}

async function fillDraft<T>(url: string, { draft, at, fill }: DraftOptions<T>): Promise<T> {
  const address = new URL(url);
  address.searchParams.set("search_path", draft);
  const store = await openPostgresStore({ url: address.href, at, durable: false, notifications: false });
  try {
    return await fill(store);
  } finally {
    await store.close();
  }
}

async function refuseFilled({ sql }: Driver, database: string): Promise<void> {
  if (!(await isFilled(sql))) return;
  throw filled(database);
}

async function isFilled(sql: Sql): Promise<boolean> {
  const [there] = await sql`SELECT to_regclass('changes') IS NOT NULL AS known`;
  if (there?.known !== true) return false;
  return (await sql`SELECT FROM changes LIMIT 1`).length > 0;
}

function filled(database: string): StoreFault {
  const detail = `The database ${database} holds a history already. Name an empty one with DATABASE_URL.`;
  return new StoreFault("unavailable", detail);
}

async function move(pool: Pool, draft: string, schema: string): Promise<void> {
  try {
    await pool.run(({ sql }) => sql.unsafe(moveScript(draft, schema)), MOVE_DEADLINE_MS);
  } catch (error) {
    if (!(error instanceof StoreFault) || !isUncertain(error.cause)) throw error;
    throw new StoreFault(
      "uncertain",
      "The connection was lost while the import was put in place. Look whether the database holds it before you try again.",
      { cause: error.cause },
    );
  }
}

/** Under the lock that migrations take, so that no server makes its first tables at the same moment. */
function moveScript(draft: string, schema: string): string {
  const [from, to] = [draft, schema].map((name) => `'${name.replaceAll("'", "''")}'`);
  return `
    DO $move$
    DECLARE
      own name;
      has_history boolean := false;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('bannerol migrations'), hashtext(current_schema()));
      IF to_regclass(format('%I.changes', ${to})) IS NOT NULL THEN
        EXECUTE format('LOCK TABLE %I.projects IN ACCESS EXCLUSIVE MODE', ${to});
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.changes)', ${to}) INTO has_history;
        IF has_history THEN RAISE EXCEPTION 'somebody else has written to the database meanwhile'; END IF;
      END IF;
      FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = ${from} LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', ${to}, own);
      END LOOP;
      FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = ${from} LOOP
        EXECUTE format('ALTER TABLE %I.%I SET SCHEMA %I', ${from}, own, ${to});
      END LOOP;
    END $move$`;
}

function dropped(draft: string): string {
  return `DROP SCHEMA IF EXISTS ${draft} CASCADE`;
}
