/** A whole installation out of one database and into another, whichever they are. */

import type { Config } from "../config.ts";
import type { HistorySource } from "../store/history-source.ts";
import type { Store } from "../store/port.ts";
import { fillPostgres } from "../store/postgres/fill.ts";
import { openPostgresHistory } from "../store/postgres/history-source.ts";
import { fillSqlite } from "../store/sqlite/draft.ts";
import { openSqliteHistory } from "../store/sqlite/history-source.ts";
import { exportLines } from "./export.ts";
import { type Imported, importLines } from "./import.ts";
import { openAsNew, type Write } from "./new-file.ts";

type Database = Config["database"];

export interface Exported {
  /** How many changes each project has. */
  readonly projects: ReadonlyMap<string, number>;
  readonly bytes: number;
}

const BATCH = 64 * 1024;

/**
 * Exports everything, beside servers that run. Rejects with a `StoreFault` where the database cannot be read or its
 * history is not sound; what was written by then is no export, and says so by its missing end.
 */
export async function exportDatabase(database: Database, write: Write): Promise<Exported> {
  const source = await openHistory(database);
  try {
    return await pour(exportLines(source), write);
  } finally {
    await source.close();
  }
}

/** As `exportDatabase`, into a file that is not there yet and is not left behind half written. */
export async function exportToFile(database: Database, file: string): Promise<Exported> {
  return openAsNew(file, (write) => exportDatabase(database, write));
}

/** Fills an empty database, wholly or not at all. `at` is epoch milliseconds. Rejects with a `StoreFault`. */
export function importDatabase(database: Database, bytes: AsyncIterable<Uint8Array>, at: number): Promise<Imported> {
  const fill = (store: Store): Promise<Imported> => importLines(store, bytes, at);
  return database.kind === "sqlite"
    ? fillSqlite({ database: database.path, at, fill })
    : fillPostgres({ url: database.url, at, fill });
}

async function openHistory(database: Database): Promise<HistorySource> {
  return database.kind === "sqlite" ? openSqliteHistory(database.path) : openPostgresHistory({ url: database.url });
}

async function pour(lines: ReturnType<typeof exportLines>, write: Write): Promise<Exported> {
  let bytes = 0;
  let waiting: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const text = waiting.join("");
    waiting = [];
    length = 0;
    bytes += Buffer.byteLength(text);
    await write(text);
  };
  for (;;) {
    const line = await lines.next();
    if (line.done === true) {
      await flush();
      return { projects: line.value, bytes };
    }
    waiting.push(line.value);
    length += line.value.length;
    if (length >= BATCH) await flush();
  }
}
