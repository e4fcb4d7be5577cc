/** What a page asked for and was given, added up until it is told to the server. */
import type { Counted } from "@bannerol/client";
import type { Reason } from "@bannerol/core";
import type { Count } from "./flags.ts";

export interface Exposures {
  readonly count: Count;
  /** What was counted since the last call. */
  readonly take: () => Counted;
  readonly dropped: () => number;
}

/** What is undefined is not sent. */
interface Row {
  readonly flag: string;
  readonly variant: string | undefined;
  readonly reason: Reason | undefined;
  readonly count: number;
}

const MAX_ROWS = 5_000;

export function createExposures(): Exposures {
  let rows = new Map<string, Row>();
  let dropped = 0;
  return {
    count(asked, answer, times) {
      const flag = String(asked);
      const { variant, reason } = answer ?? {};
      const name = JSON.stringify([flag, variant, reason]);
      const row = rows.get(name);
      if (row === undefined && rows.size >= MAX_ROWS) dropped += times;
      else rows.set(name, { flag, variant, reason, count: (row?.count ?? 0) + times });
    },
    take() {
      const taken = [...rows.values()];
      rows = new Map();
      return {
        exposures: taken.filter(({ reason }) => reason),
        missing: taken.filter(({ reason }) => !reason),
      } as Counted;
    },
    dropped: () => dropped,
  };
}
