/** What a page asked for and was given, added up until it is told to the server. */
import type { Counted, Exposure } from "@bannerol/client";
import type { Count } from "./flags.ts";

export interface Exposures {
  readonly count: Count;
  /** What was counted since the last call. */
  readonly take: () => Counted;
  readonly dropped: () => number;
}

const MAX_ROWS = 5_000;

/** `first` is called at the first count after each `take`. */
export function createExposures(first: () => void): Exposures {
  let rows = new Map<string, Exposure | { readonly flag: string; count: number }>();
  let dropped = 0;
  return {
    count(flag, answer, times) {
      if (rows.size === 0) first();
      const { variant, reason } = answer ?? {};
      const name = JSON.stringify([flag, variant, reason]);
      const row = rows.get(name);
      if (row === undefined && rows.size >= MAX_ROWS) {
        dropped += times;
        return;
      }
      rows.set(name, {
        flag: String(flag),
        ...(variant !== undefined && { variant }),
        ...(reason !== undefined && { reason }),
        count: (row?.count ?? 0) + times,
      });
    },
    take() {
      const taken = [...rows.values()];
      rows = new Map();
      const exposures = taken.filter((row) => "reason" in row);
      return { exposures, missing: taken.filter((row) => !("reason" in row)) };
    },
    dropped: () => dropped,
  };
}
