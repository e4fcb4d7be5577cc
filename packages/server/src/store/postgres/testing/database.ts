/** A PostgreSQL for tests, each of which has a schema of its own in it, gone when the test file is through. */
import { randomBytes } from "node:crypto";
import { afterAll, describe, it } from "vitest";
import { openDriver, type Sql } from "../driver.ts";

const named = process.env.BANNEROL_TEST_POSTGRES;
const url = named ?? "postgres://postgres@127.0.0.1:5432/test";

export interface TestDatabase {
  readonly url: string;
  /** Names an empty schema, of which the caller is the only user. */
  readonly freshSchema: () => Promise<string>;
  /** An empty schema too, with tables: one that was given back, since emptying tables is faster than making them. */
  readonly lend: () => Promise<{ readonly schema: string; readonly giveBack: () => void }>;
  /** The administrator's view, of no schema in particular. */
  readonly sql: Sql;
}

/** Runs the tests where there is a PostgreSQL, and says why it does not where there is none. */
export async function describePostgres(name: string, tests: (database: TestDatabase) => void): Promise<void> {
  const why = await whyUnreachable();
  if (why === undefined) describe(name, () => tests(testDatabase()));
  else describe(name, () => it.skip(why, () => undefined));
}

async function whyUnreachable(): Promise<string | undefined> {
  const driver = openDriver({ url, connections: 1 });
  try {
    await driver.sql`SELECT 1`;
    return undefined;
  } catch (error) {
    // Who named a database means the tests to run.
    if (named !== undefined) throw error;
    const { host } = new URL(url);
    const why = `PostgreSQL is not reachable at ${host}: start it, or set BANNEROL_TEST_POSTGRES`;
    console.warn(why);
    return why;
  } finally {
    await driver.end();
  }
}

function testDatabase(): TestDatabase {
  const driver = openDriver({ url, connections: 2 });
  const made: string[] = [];
  const free: string[] = [];
  afterAll(async () => {
    for (const schema of made) await driver.sql`DROP SCHEMA ${driver.sql(schema)} CASCADE`;
    await driver.end();
  });
  const freshSchema = async (): Promise<string> => {
    const schema = `bannerol_test_${randomBytes(6).toString("hex")}`;
    await driver.sql`CREATE SCHEMA ${driver.sql(schema)}`;
    made.push(schema);
    return schema;
  };
  return {
    url,
    sql: driver.sql,
    freshSchema,
    async lend() {
      const used = free.pop();
      if (used !== undefined) await driver.sql.unsafe(emptied.map((table) => `DELETE FROM ${used}.${table}`).join(";"));
      const schema = used ?? (await freshSchema());
      return { schema, giveBack: () => void free.push(schema) };
    },
  };
}

/** What refers comes before what it refers to. */
const emptied = [
  "webhook_cursors",
  "webhook_endpoints",
  "idempotency_keys",
  "approval_environments",
  "approvals",
  "usage_batches",
  "usage_counts",
  "usage_asked",
  "usage_missing",
  "evidence_sums",
  "evidence_verdicts",
  "node_connections",
  "list_stages",
  "list_keys",
  "list_changes",
  "lists",
  "credentials",
  "view_entities",
  "documents",
  "change_items",
  "changes",
  "projects",
  "installation",
];
