/**
 * What SDKs say they were asked, as the database keeps it: outside the log, and of sums alone.
 *
 *     batches ─► each id once ─► counts by the minute ─ 3 hours ─► by the hour ─ 14 days ─► by the day ─ 400 days ─► gone
 */
import type { SumRow } from "./evidence-store.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How wide counts are, and how long they stay so; what is older is added to the next wider one. */
export const SPANS = [
  { spanMs: MINUTE_MS, keptMs: 3 * HOUR_MS },
  { spanMs: HOUR_MS, keptMs: 14 * DAY_MS },
  { spanMs: DAY_MS, keptMs: 400 * DAY_MS },
] as const;

/** The span that counts come in by. */
export const [{ spanMs: FINEST_MS }] = SPANS;

/** How long the id of a batch is known. */
export const BATCH_KEPT_MS = 20 * MINUTE_MS;
/** What nobody has asked for in so long is no misspelling any more. */
export const MISSING_KEPT_MS = 30 * DAY_MS;
/** Of one environment; beyond it, those that were asked for longest ago go. */
export const MISSING_KEPT = 1_000;

/** So often this was served. Both texts are "" where they do not apply. */
export interface UsageCount {
  readonly flag: string;
  readonly variant: string;
  readonly reason: string;
  readonly count: number;
}

export interface MissingCount {
  readonly flag: string;
  readonly count: number;
}

/** What one SDK saw since its last batch, of flags that are there and of others. */
export interface UsageBatch {
  /** Of the SDK key that brought it: ids are told apart by it. */
  readonly keyId: string;
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  /** When it came, epoch milliseconds. */
  readonly at: number;
  readonly counts: readonly UsageCount[];
  readonly missing: readonly MissingCount[];
  /** Added to what `EvidenceStore` keeps. */
  readonly sums: readonly SumRow[];
}

/** A count of one environment and span of time. */
export interface CountedUsage extends UsageCount {
  readonly environment: string;
  /** Where the span begins, epoch milliseconds. */
  readonly at: number;
}

export interface AskedFlag {
  readonly environment: string;
  readonly flag: string;
  /** When a batch last counted it, epoch milliseconds. */
  readonly at: number;
}

export interface MissingFlag extends MissingCount {
  /** When a batch last named it, epoch milliseconds. */
  readonly at: number;
}

export interface UsageQuestion {
  readonly project: string;
  readonly flag: string;
  /** Inclusive, epoch milliseconds. */
  readonly since: number;
  /** How wide the spans of the answer are: a multiple of the kept ones, where they are still kept. */
  readonly spanMs: number;
}

/** A fault of any call rejects with a `StoreFault`; nothing was counted then. */
export interface UsageStore {
  /** Counts each batch whose id was not counted before, all in one transaction; tells which, by their positions. */
  add(batches: readonly UsageBatch[]): Promise<ReadonlySet<number>>;
  /** By environment, variant, reason and span, oldest first. */
  counts(question: UsageQuestion): Promise<readonly CountedUsage[]>;
  /** When each flag of a project was last counted. */
  asked(project: string): Promise<readonly AskedFlag[]>;
  /** Flags that are not there, whose names were asked for, newest first. */
  missing(project: string, environment: string): Promise<readonly MissingFlag[]>;
  /** Lets everything age, as of epoch milliseconds. */
  age(now: number): Promise<void>;
}

/** Where the span that holds an instant begins. */
export function spanStart(at: number, spanMs: number): number {
  return at - (at % spanMs);
}
