/**
 * A copy of a database as of one moment, made beside a server that runs. `VACUUM INTO` reads in one transaction, so
 * writers neither wait for it nor make it begin again.
 */
import { rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreFault } from "../fault.ts";
import { makeEmpty, publish, syncFile } from "./durable-files.ts";
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

function copy(database: string, draft: string): void {
  const connection = new Database(database, { readonly: true, fileMustExist: true });
  try {
    connection.pragma("busy_timeout = 5000");
    connection.prepare("VACUUM INTO ?").run(draft);
  } finally {
    connection.close();
  }
}
