/**
 * A copy of a database as of one moment, made beside a server that runs. `VACUUM INTO` reads in one transaction, so
 * writers neither wait for it nor make it begin again.
 */
import { closeSync, linkSync, openSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreFault } from "../fault.ts";
import { syncFile, syncFolderOf } from "./durable-files.ts";
import { withFaults } from "./faults.ts";
import { schemaVersion } from "./migrate.ts";

export interface BackupPaths {
  /** Path of the database. */
  readonly database: string;
  /** Where the copy goes; nothing may be there. */
  readonly file: string;
}

/** Resolves with the copy's size in bytes once it is on the disk, and checked. Throws a `StoreFault`; no copy is left then. */
export function backUpDatabase(paths: BackupPaths): number {
  const [database, file] = [resolve(paths.database), resolve(paths.file)];
  const draft = `${file}.partial`;
  try {
    makeEmpty(draft);
    withFaults(() => copy(database, draft));
    withFaults(() => checkFile(draft));
    syncFile(draft);
    publish(draft, file);
    return statSync(file).size;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Throws where the file is damaged, or is no database of this program. */
export function checkFile(file: string): void {
  const connection = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const [first] = connection.prepare<[], string>("PRAGMA integrity_check(1)").pluck().all();
    const loose = connection.prepare("PRAGMA foreign_key_check").get();
    if (first !== "ok" || loose !== undefined) {
      const found = first === "ok" ? "rows refer to nothing" : String(first);
      throw new StoreFault("corrupt", `${file} is damaged (${found}). Take another backup.`);
    }
    if (schemaVersion(connection) === 0) {
      throw new StoreFault("corrupt", `${file} is a database, but none of Bannerol. Name another file.`);
    }
  } finally {
    connection.close();
  }
}

/** For its owner's eyes from the first byte: it holds digests of secrets. */
function makeEmpty(draft: string): void {
  try {
    closeSync(openSync(draft, "wx", 0o600));
  } catch (error) {
    throw cannotWrite(draft, error);
  }
}

function copy(database: string, draft: string): void {
  const connection = new Database(database, { readonly: true, fileMustExist: true });
  try {
    connection.pragma("busy_timeout = 5000");
    connection.prepare("VACUUM INTO ?").run(draft);
  } finally {
    connection.close();
  }
}

/** Linking fails where something is there, so that no earlier backup is overwritten. */
function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  syncFolderOf(file);
}

function cannotWrite(file: string, error: unknown): StoreFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons.get(code) ?? `cannot be written (${code})`;
  return new StoreFault("unavailable", `${file} ${reason}. Name another file.`, { cause: error });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EEXIST", "is there already"],
  ["ENOENT", "lies in a folder that is not there"],
  ["EACCES", "lies where this user may not write"],
]);
