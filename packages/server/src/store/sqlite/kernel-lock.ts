/**
 * A lock that the system itself keeps on a file: it ends with the process that has it, however that ends, and holds between
 * processes that cannot see each other, as in two containers with one volume. SQLite takes such locks wherever it runs, so
 * an empty database is locked for the sake of its lock.
 */
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import Database, { SqliteError } from "better-sqlite3";

export interface KernelLock {
  readonly release: () => void;
}

/** `undefined` where somebody has it. Not for a file that this process has locked: looking at it would let go of it. */
export function takeKernelLock(file: string): KernelLock | undefined {
  for (;;) {
    closeSync(openSync(file, "a", 0o600));
    const before = fileAt(file);
    const connection = new Database(file, { timeout: 0 });
    if (!lockWhole(connection)) return undefined;
    // Whoever had it may have removed the file after it was opened here: then others lock another one.
    if (before !== undefined && before === fileAt(file)) return { release: () => release(connection, file) };
    connection.close();
  }
}

function fileAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Closes the connection unless it has the lock. */
function lockWhole(connection: Database.Database): boolean {
  try {
    // No file of its own for what is never written.
    connection.pragma("journal_mode = MEMORY");
    connection.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    connection.close();
    if (error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
    throw error;
  }
}

function release(connection: Database.Database, file: string): void {
  try {
    // Before it is let go of: afterwards it may be somebody else's.
    rmSync(file, { force: true });
  } catch {
    // Some systems remove no open file. An empty one that is left harms nobody.
  }
  connection.close();
}
