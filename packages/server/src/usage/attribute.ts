/**
 * What of a batch is counted as what: pure. A client key is public, so nothing that a batch says makes a row that a
 * document does not allow for: a flag that the key does not see is missing, and a variant or a reason that there is not
 * counts without a name.
 */
import type { EventBatch } from "@bannerol/protocol/schemas";
import type { MissingCount, UsageCount } from "../store/usage-store.ts";

/** Variants of a flag that the key sees; `undefined` where there is none of this key. */
export type VariantsOf = (flag: string) => readonly string[] | undefined;

const reasons = new Set(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "PREREQUISITE_FAILED", "ERROR"]);
/** Of names that are not there, in one batch. */
const MOST_MISSING = 200;

export interface Attributed {
  readonly counts: readonly UsageCount[];
  readonly missing: readonly MissingCount[];
}

export function attribute(batch: Pick<EventBatch, "counts" | "missing">, variantsOf: VariantsOf): Attributed {
  const counts: UsageCount[] = [];
  const missing: MissingCount[] = (batch.missing ?? []).map(({ flag, count }) => ({ flag, count }));
  for (const { flag, variant = "", reason, count } of batch.counts ?? []) {
    const variants = variantsOf(flag);
    if (variants === undefined) missing.push({ flag, count });
    else {
      const known = { variant: variants.includes(variant) ? variant : "", reason: reasons.has(reason) ? reason : "" };
      counts.push({ flag, ...known, count });
    }
  }
  const absent = summed(missing).filter(({ flag }) => variantsOf(flag) === undefined);
  return { counts: summed(counts), missing: absent.filter(isName).slice(0, MOST_MISSING) };
}

/** What could be the name of a flag, mistyped: no control characters, no lone surrogates. */
function isName({ flag }: MissingCount): boolean {
  return flag.length <= 128 && /^[^\p{C}]+$/u.test(flag);
}

/** Rows that differ in nothing but their count are one. */
function summed<T extends { readonly count: number }>(rows: readonly T[]): readonly T[] {
  const sums = new Map<string, T>();
  for (const row of rows) {
    const name = JSON.stringify({ ...row, count: 0 });
    sums.set(name, { ...row, count: row.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()];
}
