/**
 * What releases and parallel runs are judged by, as the database keeps it: lists of sums that only grow, and the verdicts
 * that were given. Sums come in with a batch of events, in its transaction, so that each batch is counted once.
 */

const DAY_MS = 24 * 3_600_000;
/** Sums that nothing was added to for so long are nobody's any more. */
export const SUMS_KEPT_MS = 30 * DAY_MS;
export const VERDICTS_KEPT_MS = 90 * DAY_MS;
/** Of one release, the newest: where outcomes are few, the judge says now this and now that all day long. */
export const VERDICTS_KEPT = 200;
/** Lists of one subject; beyond it, those that were added to longest ago go. */
export const SUMS_KEPT = 20_000;

/** One list of sums, under its name. */
export interface SumRow {
  /** What it is about: `release:<id>`, or `parallel:<flag>`. */
  readonly subject: string;
  /** Position of the step; the revision of a flag. */
  readonly part: number;
  /** The metric; what a reading is of. */
  readonly name: string;
  readonly side: string;
  /** Which sums; of `m` the largest is kept, of all others the sum. */
  readonly field: string;
  readonly numbers: readonly number[];
}

export interface KeptSumRow extends SumRow {
  /** When it was last added to, epoch milliseconds. */
  readonly at: number;
}

export interface SumPlace {
  readonly project: string;
  readonly environment: string;
  readonly subject: string;
}

/** A verdict with all that it was given on. */
export interface KeptVerdict {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly release: string;
  readonly step: number;
  /** When it was given, epoch milliseconds. One at one instant is kept. */
  readonly at: number;
  /** JSON text of the question and the answer. */
  readonly body: string;
}

/** A fault of any call rejects with a `StoreFault`. */
export interface EvidenceStore {
  /** All sums of a subject. */
  sums(place: SumPlace): Promise<readonly KeptSumRow[]>;
  /** Idempotent: a verdict of the same release and instant is there already. */
  keepVerdict(verdict: KeptVerdict): Promise<void>;
  /** The newest first. */
  verdicts(
    release: Pick<KeptVerdict, "project" | "environment" | "release">,
    limit: number,
  ): Promise<readonly KeptVerdict[]>;
  /** Lets go of what is too old, as of epoch milliseconds. */
  age(now: number): Promise<void>;
}

/** Two lists of one name. */
export function addNumbers(field: string, a: readonly number[], b: readonly number[]): readonly number[] {
  const both = (x: number, y: number) => (field === "m" ? Math.max(x, y) : x + y);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => both(a[at] ?? 0, b[at] ?? 0));
}

export function nameOfSums({ subject, part, name, side, field }: Omit<SumRow, "numbers">): string {
  return JSON.stringify([subject, part, name, side, field]);
}
