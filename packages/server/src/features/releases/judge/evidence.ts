/**
 * What is known of a release: sums of outcomes for each step, metric and side, and readings of other sources. Plain data
 * that merges by addition, in any order, and goes into a verdict's record as it is.
 */

/** The variant that the release's rollout gave; `""` for whom it left out. */
export type Side = string;

/**
 * Sums over one side. Lists by cell have `CELLS` numbers; lists may lack their last zeros. A duration's slot is its bin
 * less the first one.
 */
export interface Sums {
  /** Outcomes, by cell. */
  readonly n?: readonly number[];
  /** Failures, by cell. */
  readonly x?: readonly number[];
  /** Values, by cell. */
  readonly s?: readonly number[];
  /** Starts, by cell. */
  readonly u?: readonly number[];
  /** Durations, by slot of the sketch. */
  readonly d?: readonly number[];
  /** Durations, by cell × `LADDER_BINS` + slot of the ladder. */
  readonly h?: readonly number[];
  /** Squares of values; values that are not zero. */
  readonly q?: readonly number[];
  readonly z?: readonly number[];
  /** The largest value. */
  readonly m?: readonly number[];
}

export const sumFields = ["n", "x", "s", "u", "d", "h", "q", "z", "m"] as const satisfies readonly (keyof Sums)[];

export interface SideSums {
  readonly step: number;
  readonly metric: string;
  readonly side: Side;
  readonly sums: Sums;
  /** When the last of them came, epoch milliseconds. */
  readonly at: number;
}

/** What a source outside the SDKs said, one number at each reading. */
export interface SideReadings {
  readonly step: number;
  /** Position of the guard in the release. */
  readonly guard: number;
  readonly side: Side;
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface ReleaseEvidence {
  readonly sums: readonly SideSums[];
  readonly readings: readonly SideReadings[];
}

export const noEvidence: ReleaseEvidence = { sums: [], readings: [] };

/** Both together. */
export function addSums(a: Sums, b: Sums): Sums {
  const fields = sumFields.flatMap((field) => {
    const [one, other] = [a[field], b[field]];
    // Most rows are alone, and are judged twice a second: what there is nothing to add to is not copied.
    const list = one && other ? addLists(one, other, field === "m" ? Math.max : plus) : (one ?? other);
    return list === undefined ? [] : [[field, list] as const];
  });
  return Object.fromEntries(fields);
}

const plus = (a: number, b: number): number => a + b;

type Numbers = readonly number[];

function addLists(a: Numbers, b: Numbers, add: (a: number, b: number) => number): Numbers {
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b];
  return longer.map((number, at) => add(number, shorter[at] ?? 0));
}

/** All of a list; 0 where there is none. */
export function total(list: readonly number[] = []): number {
  return list.reduce(plus, 0);
}
