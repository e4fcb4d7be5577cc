/**
 * `node scripts/bench-store.mjs [--short] [--changes 1000000] [--flags 10000] [--database sqlite]`: what the history
 * costs on each database, beside a bare insert of as many bytes with the same durability, measured in the same run.
 */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { shortNumber, tableOf } from "../table.ts";
import type { Task } from "./child.ts";
import type { Place } from "./place.ts";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    changes: { type: "string" },
    flags: { type: "string" },
    database: { type: "string", default: "" },
  },
});
const changes = Number(values.changes ?? (values.short ? 5_000 : 1_000_000));
const flags = Number(values.flags ?? (values.short ? 500 : 10_000));
const ms = values.short ? 500 : 5_000;
const rounds = values.short ? 1 : 3;

const child = fileURLToPath(new URL("./child.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bannerol-bench-"));
const url = process.env.BANNEROL_TEST_POSTGRES;
const sql = url === undefined ? undefined : postgres(url, { max: 1, onnotice: () => undefined });
const schemas: string[] = [];

try {
  const databases = [["SQLite", sqlitePlace] as const, ...(sql ? [["PostgreSQL", postgresPlace] as const] : [])];
  for (const [name, freshPlace] of databases) {
    if (!name.toLowerCase().startsWith(values.database)) continue;
    print(`${name}: durable changes a second`, ["", "1 client", "16 clients"], await rates(freshPlace));
    print(
      `${name}: ${flags.toLocaleString("en")} flags, ${changes.toLocaleString("en")} changes`,
      ["", ""],
      await long(freshPlace),
    );
  }
  if (sql === undefined) console.log("\nPostgreSQL: set BANNEROL_TEST_POSTGRES to measure it.");
} finally {
  for (const schema of schemas) await sql?.unsafe(`DROP SCHEMA ${schema} CASCADE`);
  await sql?.end();
  rmSync(folder, { recursive: true, force: true });
}

async function rates(freshPlace: () => Promise<Place>): Promise<string[][]> {
  const rows: Record<string, number[]> = { "a change": [], "a bare insert": [] };
  for (const clients of [1, 16]) {
    const found = { changes: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ["changes", "bare"] as const) {
        const { rate } = await measure<{ rate: number }>(await freshPlace(), { name, clients, ms });
        found[name].push(rate);
      }
    }
    rows["a change"]?.push(middle(found.changes));
    rows["a bare insert"]?.push(middle(found.bare));
  }
  return Object.entries(rows).map(([name, cells]) => [name, ...cells.map(shortNumber)]);
}

interface Started {
  readonly openedMs: number;
  readonly readyMs: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly flags: number;
  readonly revision: number;
}

async function long(freshPlace: () => Promise<Place>): Promise<string[][]> {
  const place = await freshPlace();
  await measure(place, { name: "fill", flags, changes });
  const starts: Started[] = [];
  for (let round = 0; round < 3; round += 1) starts.push(await measure<Started>(place, { name: "start" }));
  for (const start of starts) {
    if (start.flags !== flags || start.revision !== changes)
      throw new Error(`It started with ${JSON.stringify(start)}.`);
  }
  const of = (name: keyof Started): string => shortNumber(middle(starts.map((start) => start[name])));
  const reads = await measure<Record<string, number>>(place, { name: "reads" });
  const took = (name: string): string => `${(reads[name] ?? Number.NaN).toFixed(2)} ms`;
  return [
    ["from opening the database to everything in memory", `${of("readyMs")} ms`],
    ["memory then, resident", `${of("rssMiB")} MiB`],
    ["heap then, after a collection", `${of("heapMiB")} MiB`],
    ["100 changes from anywhere in the log", took("followMs")],
    ["50 changes of the history, with the states before", took("pageMs")],
    ["50 changes of one flag", took("flagMs")],
    ["the revision of an instant", took("instantMs")],
    ["every document of a past revision", took("pastMs")],
  ];
}

async function measure<T>(place: Place, task: Task): Promise<T> {
  const execArgv = ["--expose-gc", "--conditions=@bannerol/source", "--import", "tsx"];
  const process = fork(child, [JSON.stringify(place), JSON.stringify(task)], { execArgv });
  const ended = once(process, "exit").then(([code]) => {
    throw new Error(`${task.name} ended with ${code}.`);
  });
  const [found] = await Promise.race([once(process, "message"), ended]);
  await ended.catch(() => undefined);
  return found as T;
}

async function sqlitePlace(): Promise<Place> {
  return { kind: "sqlite", file: join(mkdtempSync(join(folder, "database-")), "bannerol.db") };
}

async function postgresPlace(): Promise<Place> {
  const schema = `bannerol_bench_${randomBytes(4).toString("hex")}`;
  await sql?.unsafe(`CREATE SCHEMA ${schema}`);
  schemas.push(schema);
  return { kind: "postgres", url: url ?? "", schema };
}

function middle(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

function print(topic: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${topic}\n\n${tableOf(head, rows)}`);
}
