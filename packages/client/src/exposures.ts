/**
 * Counts what the application asked for: by flag, variant and reason.
 *
 *     decide ─► flag.counts[outcome.index] + 1         on every evaluation: no allocation, no string
 *     drain  ─► table of (flag, variant, reason)       on every swap of the ruleset, and where somebody looks
 *     take   ─► what the table has more than last time  for `events/`, which sends it
 *
 * Bounded: what finds no room in the table is counted as dropped. It sends nothing, and forgets nothing: a row keeps its
 * sum, and beside it how much of that was taken.
 */
import type { CompiledFlag, Outcome, Reason } from "@bannerol/core";

export interface Exposure {
  readonly flag: string;
  /** Absent where the caller's default was served. */
  readonly variant?: string;
  readonly reason: Reason;
  readonly count: number;
}

/** What was asked for, and what was given. */
export interface Counted {
  readonly exposures: readonly Exposure[];
  /** Flags that were asked for and do not exist. */
  readonly missing: readonly { readonly flag: string; readonly count: number }[];
}

export interface ExposureCounts extends Counted {
  /** Evaluations that found no room in the table. */
  readonly dropped: number;
}

export interface ExposureCounter {
  readonly count: (flag: CompiledFlag, outcome: Outcome) => void;
  /** An evaluation that reached no outcome of the flag: it is of another type than was asked for. */
  readonly countError: (flag: string) => void;
  /** There is no ruleset yet, so that nobody knows whether there is such a flag. */
  readonly countUnready: (flag: string) => void;
  readonly countMissing: (flag: string) => void;
  /** Moves what was counted into the table, and lets go of the flags that it was counted at. */
  readonly drain: () => void;
  /** All that was counted so far, taken or not. */
  readonly counts: () => ExposureCounts;
  /** What was counted since the last `take`: everything is taken once. */
  readonly take: () => Counted;
  readonly dropped: () => number;
}

const MAX_ROWS = 20_000;
const MAX_MISSING = 1_000;
/** A longer name is no flag's key, and is not kept. */
const MAX_MISSING_LENGTH = 128;

interface Tally {
  readonly flag: string;
  count: number;
  /** How much of `count` was taken. */
  taken: number;
}

interface Row extends Tally {
  readonly variant: string | undefined;
  readonly reason: Reason;
}

export function createExposureCounter(): ExposureCounter {
  /** Those that have counts. */
  let touched: CompiledFlag[] = [];
  const table = new Map<string, Row[]>();
  const missing = new Map<string, Tally>();
  let rows = 0;
  /** Names in the table that may be none of a flag. They must leave room for those that are. */
  let unready = 0;
  let dropped = 0;

  const add = (flag: string, { variant, reason }: Pick<Row, "variant" | "reason">, count: number): void => {
    const ofFlag = table.get(flag);
    const row = ofFlag?.find((one) => one.variant === variant && one.reason === reason);
    if (row !== undefined) {
      row.count += count;
    } else if (rows >= MAX_ROWS) {
      dropped += count;
    } else {
      rows++;
      const added: Row = { flag, variant, reason, count, taken: 0 };
      if (ofFlag === undefined) table.set(flag, [added]);
      else ofFlag.push(added);
    }
  };

  const countError = (flag: string): void => add(flag, { variant: undefined, reason: "ERROR" }, 1);

  const drain = (): void => {
    const counted = touched;
    touched = [];
    for (const flag of counted) {
      for (const { index, variant, reason } of flag.outcomes) {
        const count = flag.counts?.[index] ?? 0;
        if (count > 0) add(flag.key, { variant, reason }, count);
      }
      flag.counts = undefined;
    }
  };

  /** A flag enrols itself at its first count, so a snapshot that outlives its ruleset is counted as well. */
  const enrol = (flag: CompiledFlag): number[] => {
    const counts = [0, 0];
    flag.counts = counts;
    touched.push(flag);
    return counts;
  };

  /** The rows by `amount`, without those of nothing. */
  const counted = (amount: (tally: Tally) => number): Counted => {
    drain();
    const exposures = [...table.values()].flat().map((row) => exposureOf(row, amount(row)));
    const absent = [...missing.values()].map((tally) => ({ flag: tally.flag, count: amount(tally) }));
    return { exposures: exposures.filter(isSome), missing: absent.filter(isSome) };
  };

  return {
    count(flag, { index }) {
      const counts = flag.counts ?? enrol(flag);
      counts[index] = (counts[index] ?? 0) + 1;
    },
    countError,
    countUnready(flag) {
      if (table.has(flag)) countError(flag);
      else if (hasNoRoom(unready, flag)) dropped++;
      else {
        unready++;
        countError(flag);
      }
    },
    countMissing(flag) {
      const tally = missing.get(flag);
      if (tally !== undefined) tally.count++;
      else if (hasNoRoom(missing.size, flag)) dropped++;
      else missing.set(flag, { flag, count: 1, taken: 0 });
    },
    drain,
    dropped: () => dropped,
    counts: () => ({ ...counted(({ count }) => count), dropped }),
    take: () => counted(claim),
  };
}

/** For one more name that may be none of a flag. */
function hasNoRoom(names: number, name: string): boolean {
  return names >= MAX_MISSING || name.length > MAX_MISSING_LENGTH;
}

function isSome({ count }: { readonly count: number }): boolean {
  return count > 0;
}

/** What was counted since it was last claimed. */
function claim(tally: Tally): number {
  const fresh = tally.count - tally.taken;
  tally.taken = tally.count;
  return fresh;
}

function exposureOf({ flag, variant, reason }: Row, count: number): Exposure {
  return { flag, ...(variant !== undefined && { variant }), reason, count };
}
