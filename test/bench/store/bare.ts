/** The floor of a change: one insert of as many bytes, as durable, into a table of one column more than its key. */
import Database from "better-sqlite3";
import postgres from "postgres";
import { perSecond } from "./clients.ts";
import type { Place } from "./place.ts";

export interface BareOptions {
  readonly clients: number;
  readonly ms: number;
  /** Characters, all of one byte. */
  readonly bytes: number;
}

export function bareInserts(place: Place, options: BareOptions): Promise<number> {
  return place.kind === "sqlite" ? inSqlite(place.file, options) : inPostgres(place, options);
}

async function inSqlite(file: string, { clients, ms, bytes }: BareOptions): Promise<number> {
  const database = new Database(`${file}.bare`);
  database.pragma("journal_mode = WAL");
  database.exec("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  // The binding falls back to less after a first write.
  database.pragma("synchronous = FULL");
  const insert = database.prepare("INSERT INTO bare (text) VALUES (?)");
  const text = "x".repeat(bytes);
  const rate = await perSecond(clients, ms, async () => insert.run(text));
  if (database.pragma("synchronous", { simple: true }) !== 2) throw new Error("The bare inserts were not durable.");
  database.close();
  return rate;
}

async function inPostgres(place: Extract<Place, { kind: "postgres" }>, options: BareOptions): Promise<number> {
  const { clients, ms, bytes } = options;
  const connection = { search_path: place.schema, synchronous_commit: "on", client_min_messages: "warning" };
  const sql = postgres(place.url, { max: clients, connection });
  await sql`CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, text text NOT NULL)`;
  const text = "x".repeat(bytes);
  await Promise.all(Array.from({ length: clients }, () => sql`INSERT INTO bare (text) VALUES (${text})`));
  const rate = await perSecond(clients, ms, () => sql`INSERT INTO bare (text) VALUES (${text})`);
  await sql.end();
  return rate;
}
