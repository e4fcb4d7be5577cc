/**
 * Which outcomes of a batch are taken: pure. A client key is public, so a row counts only where the flag's document, as
 * that key sees it, watches for it: that metric, that release, that step or an earlier one, and sides that there are.
 */
import type { Watch } from "@bannerol/core";
import type { OutcomeRow, ParallelRow } from "@bannerol/protocol";
import type { SumRow } from "../store/evidence-store.ts";
import { parallelRowsOf } from "./parallel-runs.ts";
import { sumRowsOf } from "./sum-rows.ts";

/** What a key sees of a flag. */
export interface SeenFlag {
  readonly variants: readonly string[];
  readonly watches: readonly Watch[];
}

/** Sides of what parallel runs tell: no variants. */
const PARALLEL_SIDES = ["candidate", "control"];

export interface Attributed {
  readonly sums: readonly SumRow[];
  /** Flags and releases that were told of. */
  readonly releases: readonly { readonly flag: string; readonly release: string }[];
}

export function attributeSums(
  batch: { readonly outcomes?: readonly OutcomeRow[]; readonly parallel?: readonly ParallelRow[] },
  seen: (flag: string) => SeenFlag | undefined,
  newest: number,
): Attributed {
  const outcomes = (batch.outcomes ?? []).flatMap((row) => accepted(row, seen(row.flag)) ?? []);
  const runs = (batch.parallel ?? []).filter(({ flag, revision }) => seen(flag) !== undefined && revision <= newest);
  const named = new Map(outcomes.map(({ flag, release }) => [JSON.stringify([flag, release]), { flag, release }]));
  return {
    sums: [...outcomes.flatMap(sumRowsOf), ...runs.flatMap(parallelRowsOf)],
    releases: [...named.values()],
  };
}

function accepted(row: OutcomeRow, flag: SeenFlag | undefined): OutcomeRow | undefined {
  const watched = flag?.watches.some(
    ({ metric, release, step }) => metric === row.metric && release === row.release && row.step <= step,
  );
  if (flag === undefined || watched !== true) return undefined;
  const allowed = row.metric.startsWith("$") ? PARALLEL_SIDES : ["", ...flag.variants];
  const sides = Object.entries(row.sides).filter(([side]) => allowed.includes(side));
  return { ...row, sides: Object.fromEntries(sides) };
}
