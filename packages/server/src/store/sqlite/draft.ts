/** A database that is made ready beside the place where it shall stand. */
import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreFault } from "../fault.ts";
import type { Store } from "../port.ts";
import { prepareFile } from "./connection.ts";
import { putInPlace, syncFile } from "./durable-files.ts";
import { withFaults } from "./faults.ts";
import { type Lock, takeLock } from "./lock-file.ts";
import { openSqliteStore } from "./sqlite-store.ts";

/** Makes the folder, and no database in it, and keeps everybody else from making one. Throws a `StoreFault`. */
export function lockFolderOf(path: string): Lock {
  return withFaults(() => {
    const isThere = existsSync(path);
    prepareFile(path);
    if (!isThere) rmSync(path);
    return takeLock(path);
  });
}

export function removeWithLog(file: string): void {
  for (const suffix of ["", "-wal", "-shm", ".lock", ".held"]) rmSync(`${file}${suffix}`, { force: true });
}

export interface FillOptions<T> {
  /** Path of the database; where it is there, it must hold no history. */
  readonly database: string;
  /** Epoch milliseconds, for the record of what migrations ran. */
  readonly at: number;
  /** Writes everything that the database shall hold. Where it rejects, nothing is changed. */
  readonly fill: (store: Store) => Promise<T>;
}

/** Makes a database of what `fill` writes, wholly or not at all. Rejects with a `StoreFault` where one is there. */
export async function fillSqlite<T>({ database, at, fill }: FillOptions<T>): Promise<T> {
  const path = resolve(database);
  const lock = lockFolderOf(path);
  const draft = `${path}.importing`;
  try {
    withFaults(() => {
      refuseFilled(path);
      removeWithLog(draft);
    });
    const filled = await fillDraft(draft, { at, fill });
    withFaults(() => {
      syncFile(draft);
      for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
      putInPlace(draft, path);
    });
    return filled;
  } finally {
    removeWithLog(draft);
    lock.release();
  }
}

async function fillDraft<T>(draft: string, { at, fill }: Omit<FillOptions<T>, "database">): Promise<T> {
  const store = await openSqliteStore({ file: draft, at, durable: false });
  try {
    return await fill(store);
  } finally {
    await store.close();
  }
}

function refuseFilled(path: string): void {
  if (!existsSync(path)) return;
  const connection = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const tables = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    if (tables.length === 0) return;
    const advice = "Name a new one with DATABASE_URL.";
    if (!tables.includes("changes"))
      throw new StoreFault("unavailable", `${path} is another program's database. ${advice}`);
    if (connection.prepare("SELECT 1 FROM changes LIMIT 1").get() === undefined) return;
    throw new StoreFault("unavailable", `The database ${path} holds a history already. ${advice}`);
  } finally {
    connection.close();
  }
}
