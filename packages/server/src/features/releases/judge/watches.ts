/** What SDKs are told to listen for while a release runs. */
import type { Watch } from "@bannerol/core";
import type { Guard } from "./guard.ts";

/** Metrics that no application can name: what parallel runs of the flag tell. */
export const MISMATCHES_METRIC = "$mismatches";
export const RUNS_METRIC = "$runs";

/** The metric under which a guard's outcomes are summed; `undefined` where they are not the SDKs' to tell. */
export function watchedMetric({ metric, measure, source }: Guard): string | undefined {
  if (source.kind === "sdk") return metric;
  if (source.kind === "parallel") return measure === "mismatches" ? MISMATCHES_METRIC : RUNS_METRIC;
  return undefined;
}

/** One row for each metric, wide enough for all guards of it. */
export function watchesFor(guards: readonly Guard[], release: string, step: number): readonly Watch[] {
  const rows = new Map<string, Watch>();
  for (const guard of guards) {
    const metric = watchedMetric(guard);
    if (metric === undefined) continue;
    const row = rows.get(metric) ?? { metric, release, step };
    rows.set(metric, {
      ...row,
      ...(guard.measure === "latency" && { latency: true }),
      ...(guard.measure === "value" && { values: true }),
      ...(guard.cap !== undefined && { cap: guard.cap }),
      ...widest(row.afterMs, guard.afterMs),
    });
  }
  return [...rows.values()];
}

function widest(a = 0, b = 0): { readonly afterMs?: number } {
  const afterMs = Math.max(a, b);
  return afterMs === 0 ? {} : { afterMs };
}
