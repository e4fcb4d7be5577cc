import { SqliteError } from "better-sqlite3";
import { StoreFault, type StoreFaultKind } from "../fault.ts";

const kinds: readonly (readonly [code: string, kind: StoreFaultKind, advice: string])[] = [
  ["SQLITE_FULL", "full", "The disk is full. Nothing was written; make room and try again."],
  ["SQLITE_IOERR", "io", "The disk failed to read or write. Nothing was written; look at the disk and try again."],
  ["SQLITE_CORRUPT", "corrupt", "The database file is damaged. Nothing was written; restore a backup."],
  ["SQLITE_NOTADB", "corrupt", "The file is no database. Name another one, or restore a backup."],
  ["SQLITE_BUSY", "unavailable", "The database is locked by another process. Nothing was written; try again."],
  ["SQLITE_LOCKED", "unavailable", "The database is locked. Nothing was written; try again."],
  ["SQLITE_READONLY", "unavailable", "The database cannot be written. Check who owns its file and folder."],
  ["SQLITE_CANTOPEN", "unavailable", "The database cannot be opened. Check that its folder is there and who owns it."],
];

/** Runs one call of the database; what is the database's fault comes out as a `StoreFault`. */
export function withFaults<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFault(error) ?? error;
  }
}

function asFault(error: unknown): StoreFault | undefined {
  const cause = error instanceof Error && !(error instanceof SqliteError) ? error.cause : error;
  if (!(cause instanceof SqliteError)) return undefined;
  // Extended codes follow their family's: SQLITE_IOERR_FSYNC.
  const known = kinds.find(([code]) => cause.code === code || cause.code.startsWith(`${code}_`));
  return known && new StoreFault(known[1], `${known[2]} (${cause.code})`, { cause });
}
