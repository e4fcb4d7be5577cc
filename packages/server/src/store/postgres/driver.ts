/** One instance of the driver: a few connections to one address, with the settings that durability rests on. */
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { Sockets } from "./sockets.ts";

export type Sql = postgres.Sql;
export type Queries = ReturnType<typeof toQueries>;

export interface Driver {
  readonly sql: Sql;
  readonly queries: Queries;
  /** Ends every connection now; what is still being asked for is rejected. */
  readonly end: () => Promise<void>;
}

export interface DriverOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and settings of the session after a `?`. */
  readonly url: string;
  /** Where the tables are; the user's own search path unless named. */
  readonly schema?: string | undefined;
  readonly connections: number;
  readonly heard?: (channel: string, payload: string) => void;
  /** A connection was closed, by whomever. */
  readonly closed?: () => void;
}

const CONNECT_SECONDS = 5;

/**
 * Of each session, but the address may say otherwise (as in `?synchronous_commit=remote_apply`). A statement that
 * waits for a lock gives up, so that one stuck writer does not stop the rest for ever.
 */
const session = {
  application_name: "bannerol",
  client_min_messages: "warning",
  default_transaction_isolation: "read committed" as const,
  lock_timeout: 5_000,
  statement_timeout: 60_000,
  synchronous_commit: "on",
};

/** Connects when first asked for something. */
export function openDriver({ url, schema, connections, heard, closed }: DriverOptions): Driver {
  const sockets = new Sockets();
  const options = {
    max: connections,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: 0,
    // Nothing of ours lives in a connection, so age is no reason to make it anew.
    max_lifetime: 0,
    fetch_types: false,
    backoff: () => 0,
    connection: { ...session, ...(schema === undefined ? {} : { search_path: schema }) },
    onnotice: () => undefined,
    socket: sockets.make,
    ...(heard === undefined ? {} : { onnotify: heard }),
    ...(closed === undefined ? {} : { onclose: closed }),
  };
  const sql = postgres(url, options);
  return {
    sql,
    queries: toQueries(sql),
    async end() {
      await sql.end({ timeout: 0 });
      sockets.destroy();
    },
  };
}

function toQueries(sql: Sql) {
  return drizzle({ client: sql });
}
