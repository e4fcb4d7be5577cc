import {
  type AskedFlag,
  BATCH_KEPT_MS,
  type CountedUsage,
  FINEST_MS,
  MISSING_KEPT,
  MISSING_KEPT_MS,
  type MissingFlag,
  SPANS,
  spanStart,
  type UsageBatch,
  type UsageQuestion,
  type UsageStore,
} from "../usage-store.ts";
import type { MemoryEvidence } from "./memory-evidence.ts";

interface Row extends CountedUsage {
  readonly project: string;
  readonly spanMs: number;
}

interface Placed {
  readonly project: string;
  readonly environment: string;
}

export class MemoryUsage implements UsageStore {
  readonly #batches = new Map<string, number>();
  readonly #asked = new Map<string, AskedFlag & Placed>();
  readonly #missing = new Map<string, MissingFlag & Placed>();
  #rows = new Map<string, Row>();
  readonly #evidence: MemoryEvidence;

  constructor(evidence: MemoryEvidence) {
    this.#evidence = evidence;
  }

  async add(batches: readonly UsageBatch[]): Promise<ReadonlySet<number>> {
    const counted = batches.flatMap((batch, position) => (this.#take(batch) ? [position] : []));
    return new Set(counted);
  }

  async counts({ project, flag, since, spanMs }: UsageQuestion): Promise<readonly CountedUsage[]> {
    const found = [...this.#rows.values()].filter(
      (row) => row.project === project && row.flag === flag && row.at >= since,
    );
    const wide = found.map((row) => ({ ...row, at: spanStart(row.at, spanMs), spanMs }));
    return [...summed(wide).values()]
      .sort((a, b) => a.at - b.at || compare(nameOf(a), nameOf(b)))
      .map(({ project: _, spanMs: __, ...row }) => row);
  }

  async asked(project: string): Promise<readonly AskedFlag[]> {
    const found = [...this.#asked.values()].filter((row) => row.project === project);
    return found
      .map(({ environment, flag, at }) => ({ environment, flag, at }))
      .sort((a, b) => compare(a.environment, b.environment) || compare(a.flag, b.flag));
  }

  async missing(project: string, environment: string): Promise<readonly MissingFlag[]> {
    const found = [...this.#missing.values()].filter(
      (row) => row.project === project && row.environment === environment,
    );
    return found.sort(newestFirst).map(({ flag, count, at }) => ({ flag, count, at }));
  }

  async age(now: number): Promise<void> {
    for (const [name, at] of this.#batches) if (at < now - BATCH_KEPT_MS) this.#batches.delete(name);
    this.#rows = summed([...this.#rows.values()].flatMap((row) => aged(row, now) ?? []));
    const places = new Map<string, (readonly [string, MissingFlag & Placed])[]>();
    for (const entry of this.#missing) {
      const place = JSON.stringify([entry[1].project, entry[1].environment]);
      places.set(place, [...(places.get(place) ?? []), entry]);
    }
    for (const rows of places.values()) {
      const sorted = rows.sort(([, a], [, b]) => newestFirst(a, b));
      const gone = sorted.filter(([, { at }], position) => position >= MISSING_KEPT || at < now - MISSING_KEPT_MS);
      for (const [name] of gone) this.#missing.delete(name);
    }
  }

  #take(batch: UsageBatch): boolean {
    const { keyId, id, project, environment, at } = batch;
    const name = JSON.stringify([keyId, id]);
    if (this.#batches.has(name)) return false;
    this.#batches.set(name, at);
    this.#evidence.add(batch);
    const rows = batch.counts.map((row) => {
      return { ...row, project, environment, spanMs: FINEST_MS, at: spanStart(at, FINEST_MS) };
    });
    this.#rows = summed([...this.#rows.values(), ...rows]);
    for (const { flag } of batch.counts) {
      const flagName = JSON.stringify([project, environment, flag]);
      const before = this.#asked.get(flagName)?.at ?? 0;
      this.#asked.set(flagName, { project, environment, flag, at: Math.max(before, at) });
    }
    for (const { flag, count } of batch.missing) {
      const flagName = JSON.stringify([project, environment, flag]);
      const before = this.#missing.get(flagName) ?? { count: 0, at: 0 };
      const row = { project, environment, flag, count: before.count + count, at: Math.max(before.at, at) };
      this.#missing.set(flagName, row);
    }
    return true;
  }
}

/** The row as it is kept now; `undefined`: no more. */
function aged(row: Row, now: number): Row | undefined {
  const age = now - row.at;
  const span = SPANS.find(({ spanMs, keptMs }) => spanMs >= row.spanMs && age <= keptMs);
  return span && { ...row, spanMs: span.spanMs, at: spanStart(row.at, span.spanMs) };
}

function summed(rows: readonly Row[]): Map<string, Row> {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const name = nameOf(row);
    sums.set(name, { ...row, count: row.count + (sums.get(name)?.count ?? 0) });
  }
  return sums;
}

function nameOf({ project, environment, flag, spanMs, at, variant, reason }: Row): string {
  return JSON.stringify([project, environment, flag, spanMs, at, variant, reason]);
}

function newestFirst(a: MissingFlag, b: MissingFlag): number {
  return b.at - a.at || compare(a.flag, b.flag);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
