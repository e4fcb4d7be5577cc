/** Opens the database file with the settings that durability and safety rest on. */
import { closeSync, mkdirSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { StoreFault } from "../fault.ts";
import { syncFolderOf } from "./durable-files.ts";

export type Connection = Database.Database;
export type Queries = ReturnType<typeof toQueries>;
/** Runs one synchronous call on the database. */
export type Run = <T>(call: (queries: Queries) => T) => T;

const JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024;

/** File systems that are reached over a network, by the magic number that Linux gives them. WAL fails on them. */
const networkFileSystems = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
]);

/**
 * Makes file and folder where they are missing, for their owner's eyes only: the database holds digests of secrets.
 * Their names are on the disk when it returns, so that a power cut does not take a database away with its folder.
 */
export function prepareFile(file: string): void {
  const folder = dirname(file);
  const firstMade = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const network = networkFileSystems.get(statfsSync(folder).type);
  if (network !== undefined) {
    throw new StoreFault(
      "unavailable",
      `The database ${file} would lie on a network file system (${network}), where SQLite loses data. Put it on a local disk.`,
    );
  }
  closeSync(openSync(file, "a", 0o600));
  const top = firstMade ?? file;
  for (let path = file; path.length >= top.length; path = dirname(path)) syncFolderOf(path);
}

export function connect(file: string): Connection {
  const connection = new Database(file);
  try {
    connection.pragma("busy_timeout = 1000");
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = FULL");
    connection.pragma("foreign_keys = ON");
    connection.pragma("trusted_schema = OFF");
    connection.pragma("cell_size_check = ON");
    connection.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT_BYTES}`);
    connection.pragma("wal_autocheckpoint = 1000");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** To be asked after a first write: the binding may fall to NORMAL there, which loses changes when power is cut. */
export function requireDurability(connection: Connection): void {
  const journal = connection.pragma("journal_mode", { simple: true });
  const synchronous = connection.pragma("synchronous", { simple: true });
  if (journal === "wal" && synchronous === 2) return;
  throw new StoreFault(
    "unavailable",
    `The database ${connection.name} does not promise durable writes (journal_mode ${journal}, synchronous ${synchronous}; wal and 2 are needed). Put it on a local disk that supports them.`,
  );
}

export function toQueries(connection: Connection) {
  return drizzle({ client: connection });
}
