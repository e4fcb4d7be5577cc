/** A database file as an export reads it: by a connection that cannot write, beside a server that does. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreFault } from "../fault.ts";
import type { HistorySource } from "../history-source.ts";
import { newestVersion, requireSchema } from "../migration.ts";
import { type Connection, type Run, toQueries } from "./connection.ts";
import { withFaults } from "./faults.ts";
import { sqliteLists } from "./lists.ts";
import { schemaVersion } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { loadOrSalvage } from "./salvage.ts";
import { credentials, installation, projects } from "./schema.ts";
import { verifySource } from "./verify.ts";

/** Throws a `StoreFault` where there is no database, or one of another schema than this program's. */
export function openSqliteHistory(file: string): HistorySource {
  const path = resolve(file);
  if (!existsSync(path))
    throw new StoreFault("unavailable", `There is no database ${path}. Name it with DATABASE_URL.`);
  return withFaults(() => {
    const connection = new Database(path, { readonly: true, fileMustExist: true });
    try {
      connection.pragma("busy_timeout = 5000");
      requireSchema({ database: path, found: schemaVersion(connection), known: newestVersion(migrations) });
      return sourceOf(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

function sourceOf(connection: Connection): HistorySource {
  const queries = toQueries(connection);
  const run: Run = (call) => withFaults(() => call(queries));
  const [found] = queries.select().from(installation).all();
  return {
    epoch: found?.epoch ?? "",
    lists: sqliteLists(run),
    projects: async () => run(() => queries.select().from(projects).orderBy(projects.key).all()).map(({ key }) => key),
    load: (project) => loadOrSalvage(run, project),
    digests: async () => run(() => queries.select().from(credentials).all()),
    log: async (project, span) => verifySource(run, project).changes(span),
    close: async () => void connection.close(),
  };
}
