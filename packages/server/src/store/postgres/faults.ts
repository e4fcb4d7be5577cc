/** What the server or the driver reports, as faults of the store. No message repeats a part of the address. */
import postgres from "postgres";
import { StoreFault, type StoreFaultKind } from "../fault.ts";

type Row = readonly [codes: RegExp, kind: StoreFaultKind, advice: string];

const UNREACHED = "The database cannot be reached. Nothing was written; try again in a moment.";

/** SQLSTATEs, see the appendix "PostgreSQL Error Codes" of its manual. The first that fits counts. */
const sqlStates: readonly Row[] = [
  [/^53100$/, "full", "The disk of the database is full. Nothing was written; make room and try again."],
  [/^58/, "io", "The database failed to read or write its files. Nothing was written; look at its log and its disk."],
  [/^XX00[12]$/, "corrupt", "The database is damaged. Nothing was written; restore a backup."],
  [/^42(P01|703)$/, "corrupt", "The database has lost a table or a column. Restore a backup."],
  [/^28/, "unavailable", "The database refused the user or the password. Check DATABASE_URL."],
  [/^3D000$/, "unavailable", "There is no such database. Make it, or check DATABASE_URL."],
  [/^(42501|3F000)$/, "unavailable", "The user may not use the schema or its tables. Make it their owner."],
  [/^25006$/, "unavailable", "The database is read-only: a standby, perhaps. Point DATABASE_URL at the primary."],
  [/^53300$/, "unavailable", "The database takes no more connections. Raise its max_connections."],
  [
    /^(57014|55P03)$/,
    "unavailable",
    "The database was too slow or busy with other writers. Nothing was written; try again.",
  ],
  [/^40/, "unavailable", "The database undid the work in favour of another's. Nothing was written; try again."],
  [/^(08|53|57)/, "unavailable", UNREACHED],
];

/** Codes of Node.js and of the driver: the connection could not be made, so nothing can have been sent. */
const unmade =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EACCES|ENOENT|CONNECT_TIMEOUT|CONNECTION_ENDED)$/;
/** The connection was there, or may have been. */
const lost =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ERR_STREAM_DESTROYED|CONNECTION_CLOSED|CONNECTION_DESTROYED|DEADLINE|ERR_(TLS|SSL)_.*|(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT)_.*)$/;

/** Whether the connection is to blame, so that it had better be made anew. */
export function isConnectionFault(error: unknown): boolean {
  const { code, fromServer } = codeOf(error);
  return fromServer ? /^(08|57P)/.test(code) : unmade.test(code) || lost.test(code);
}

/** Whether what was being done may have been done all the same. */
export function isUncertain(error: unknown): boolean {
  const { code, fromServer } = codeOf(error);
  return fromServer ? /^(08|57P)/.test(code) : lost.test(code);
}

/** `undefined` for what is no fault of the database. */
export function asFault(error: unknown): StoreFault | undefined {
  if (error instanceof StoreFault) return error;
  const { code, fromServer, cause } = codeOf(error);
  if (!fromServer) {
    if (!isConnectionFault(error)) return undefined;
    return new StoreFault("unavailable", `${UNREACHED} (${code})`, { cause });
  }
  const known = sqlStates.find(([codes]) => codes.test(code));
  return known && new StoreFault(known[1], `${known[2]} (${code})`, { cause });
}

interface Code {
  readonly code: string;
  /** A SQLSTATE. */
  readonly fromServer: boolean;
  readonly cause: unknown;
}

/** Of the error itself, or of what it was wrapped around. */
export function codeOf(error: unknown): Code {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") {
      return { code: at.code, fromServer: at instanceof postgres.PostgresError, cause: at };
    }
  }
  return { code: "", fromServer: false, cause: error };
}
