import {
  addNumbers,
  type EvidenceStore,
  type KeptSumRow,
  type KeptVerdict,
  nameOfSums,
  SUMS_KEPT,
  SUMS_KEPT_MS,
  type SumPlace,
  VERDICTS_KEPT,
  VERDICTS_KEPT_MS,
} from "../evidence-store.ts";
import type { UsageBatch } from "../usage-store.ts";

export class MemoryEvidence implements EvidenceStore {
  readonly #places = new Map<string, Map<string, KeptSumRow>>();
  #verdicts: readonly KeptVerdict[] = [];

  /** What a batch that is new brings. */
  add({ project, environment, at, sums }: UsageBatch): void {
    for (const row of sums) {
      const place = placeOf({ project, environment, subject: row.subject });
      const rows = this.#places.get(place) ?? new Map<string, KeptSumRow>();
      const before = rows.get(nameOfSums(row));
      const numbers = addNumbers(row.field, before?.numbers ?? [], row.numbers);
      rows.set(nameOfSums(row), { ...row, numbers, at: Math.max(before?.at ?? 0, at) });
      this.#places.set(place, rows);
    }
  }

  async sums(place: SumPlace): Promise<readonly KeptSumRow[]> {
    return [...(this.#places.get(placeOf(place))?.values() ?? [])];
  }

  async keepVerdict(verdict: KeptVerdict): Promise<void> {
    const same = this.#verdicts.some((one) => isOf(one, verdict) && one.at === verdict.at);
    if (!same) this.#verdicts = [...this.#verdicts, verdict];
  }

  async verdicts(release: Pick<KeptVerdict, "project" | "environment" | "release">, limit: number) {
    const found = this.#verdicts.filter((one) => isOf(one, release));
    return found.sort((a, b) => b.at - a.at).slice(0, limit);
  }

  async age(now: number): Promise<void> {
    const young = this.#verdicts.filter(({ at }) => at >= now - VERDICTS_KEPT_MS);
    const newer = (one: KeptVerdict) => young.filter((other) => isOf(one, other) && other.at > one.at).length;
    this.#verdicts = young.filter((one) => newer(one) < VERDICTS_KEPT);
    for (const rows of this.#places.values()) {
      const newest = [...rows].sort(([, a], [, b]) => b.at - a.at);
      const gone = newest.filter(([, { at }], position) => position >= SUMS_KEPT || at < now - SUMS_KEPT_MS);
      for (const [name] of gone) rows.delete(name);
    }
  }
}

function placeOf({ project, environment, subject }: SumPlace): string {
  return JSON.stringify([project, environment, subject]);
}

type ReleaseName = Pick<KeptVerdict, "project" | "environment" | "release">;

function isOf(one: ReleaseName, other: ReleaseName): boolean {
  return one.project === other.project && one.environment === other.environment && one.release === other.release;
}
