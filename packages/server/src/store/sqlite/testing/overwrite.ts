import { closeSync, openSync, writeSync } from "node:fs";
import Database from "better-sqlite3";

/** Overwrites every page of these tables and indexes, as a failing disk might. */
export function overwrite(file: string, ...names: readonly string[]): void {
  const database = new Database(file, { readonly: true });
  const size = Number(database.pragma("page_size", { simple: true }));
  const pages = names.flatMap((name) =>
    database.prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ?").pluck().all(name),
  );
  database.close();
  if (pages.length === 0) throw new Error(`There are no pages of ${names.join(", ")}.`);
  const handle = openSync(file, "r+");
  for (const page of pages) writeSync(handle, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
  closeSync(handle);
}
