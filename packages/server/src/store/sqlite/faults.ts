import { SqliteError } from "better-sqlite3";
import { StoreFault, type StoreFaultKind } from "../fault.ts";

const kinds: readonly (readonly [code: string, kind: StoreFaultKind, advice: string])[] = [
  ["SQLITE_FULL", "full", "The disk is full. Nothing was written; make room and try again."],
  ["SQLITE_IOERR", "io", "The disk failed to read or write. Nothing was written; look at the disk and try again."],
  [
    "SQLITE_CORRUPT",
    "corrupt",
    "The database file is damaged. Nothing was written; restore a backup: bannerol server restore FILE.",
  ],
  ["SQLITE_NOTADB", "corrupt", "The file is no database. Name another one, or restore a backup."],
  ["SQLITE_BUSY", "unavailable", "The database is locked by another process. Nothing was written; try again."],
  ["SQLITE_LOCKED", "unavailable", "The database is locked. Nothing was written; try again."],
  ["SQLITE_READONLY", "unavailable", "The database cannot be written. Check who owns its file and folder."],
  ["SQLITE_CANTOPEN", "unavailable", "The database cannot be opened. Check that its folder is there and who owns it."],
  // What the system says of the files beside the database.
  ["ENOSPC", "full", "The disk is full. Nothing was written; make room and try again."],
  ["EDQUOT", "full", "The disk's quota is used up. Nothing was written; make room and try again."],
  ["EIO", "io", "The disk failed to read or write. Nothing was written; look at the disk and try again."],
  ["EROFS", "unavailable", "The disk of the database cannot be written. Mount it for writing, or name another folder."],
  ["EACCES", "unavailable", "The database's folder cannot be written. Check who owns it."],
  ["EPERM", "unavailable", "The database's folder cannot be written. Check who owns it."],
  ["ENOTDIR", "unavailable", "The database's folder is a file. Name another place."],
  ["EISDIR", "unavailable", "The database would be a folder. Name a file in it."],
  ["ENOENT", "unavailable", "No file can be made where the database would lie. Name another place."],
  ["ENAMETOOLONG", "unavailable", "The name of the database is too long. Name another place."],
  ["ELOOP", "unavailable", "The links to the database lead in a circle. Name another place."],
];

/** Runs one call of the database or of its files; what is their fault comes out as a `StoreFault`. */
export function withFaults<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFault(error) ?? error;
  }
}

function asFault(error: unknown): StoreFault | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause ? String(cause.code) : "";
    const known = rowOf(code);
    if (known !== undefined) return new StoreFault(known[1], `${known[2]} (${code})`, { cause });
  }
  return undefined;
}

/** Extended codes follow their family's: SQLITE_IOERR_FSYNC. */
function rowOf(code: string): (typeof kinds)[number] | undefined {
  return kinds.find(([family]) => code === family || code.startsWith(`${family}_`));
}

/** The file is damaged; `found` is what SQLite says of it. */
export function damaged(path: string, found: string): StoreFault {
  const detail = `The database ${path} is damaged (${found}). Nothing is written any more; stop the server and restore a backup: bannerol server restore FILE.`;
  return new StoreFault("corrupt", detail);
}

/** The file that is written is no more the one that its path names. */
export function removed(file: string): StoreFault {
  const detail = `${file} was removed or replaced under the server, so nothing is written any more. Put it back, or restore a backup (bannerol server restore FILE), and start the server again.`;
  return new StoreFault("corrupt", detail);
}

/** Whether a page of the file is no good, as SQLite itself found. */
export function isDamage(error: unknown): error is StoreFault {
  return error instanceof StoreFault && error.kind === "corrupt" && error.cause instanceof SqliteError;
}

/** Whether a connection that may only read was asked to write. */
export function isWriteRefused(error: unknown): boolean {
  return error instanceof StoreFault && error.cause instanceof SqliteError && error.cause.code === "SQLITE_READONLY";
}
