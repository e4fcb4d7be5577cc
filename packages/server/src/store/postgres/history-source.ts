/** A PostgreSQL database as an export reads it, beside the servers that write to it. */
import type { HistorySource } from "../history-source.ts";
import { newestVersion, requireSchema } from "../migration.ts";
import { postgresLists } from "./lists.ts";
import { schemaVersion } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import { namingHost, requireSettings } from "./postgres-store.ts";
import { loadProject } from "./reader.ts";
import { credentials, installation, projects } from "./schema.ts";
import { verifySource } from "./verify.ts";

/** Long enough for all of a large installation. */
const LOAD_DEADLINE_MS = 60_000;

/** Rejects with a `StoreFault` where the database cannot be had, or has another schema than this program's. */
export async function openPostgresHistory(options: PoolOptions): Promise<HistorySource> {
  const pool = new Pool(options);
  try {
    const { database } = await pool.run((driver) => requireSettings(driver));
    const found = await pool.run(({ sql }) => schemaVersion(sql));
    requireSchema({ database, found, known: newestVersion(migrations) });
    const [row] = await pool.run(({ queries }) => queries.select().from(installation));
    return sourceOf(pool, row?.epoch ?? "");
  } catch (error) {
    await pool.close();
    throw namingHost(options.url, error);
  }
}

function sourceOf(pool: Pool, epoch: string): HistorySource {
  return {
    epoch,
    lists: postgresLists(pool),
    async projects() {
      const rows = await pool.run(({ queries }) => queries.select().from(projects).orderBy(projects.key));
      return rows.map(({ key }) => key);
    },
    load: (project) => pool.run(({ sql }) => loadProject(sql, project), LOAD_DEADLINE_MS),
    digests: () => pool.run(({ queries }) => queries.select().from(credentials)),
    log: async (project, span) => verifySource(pool, project).changes(span),
    close: () => pool.close(),
  };
}
