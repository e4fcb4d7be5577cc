/** What the judge is asked, and what it answers. Plain data: kept together, an answer can be given again. */
import type { ReleaseEvidence, Side } from "./evidence.ts";
import type { Guard } from "./guard.ts";

export interface PlannedStep {
  readonly percentage: number;
  readonly holdMs: number;
}

export interface Question {
  readonly guards: readonly Guard[];
  readonly steps: readonly PlannedStep[];
  /** Position of the step in force, from 0. */
  readonly step: number;
  /** How long it has been in force, by a clock that does not jump. */
  readonly heldMs: number;
  /** After so long, what is not shown will not be waited for. */
  readonly maxHoldMs: number;
  /** Variants of the treated side and their parts of it; whatever else the rollout gives is the control. */
  readonly treated: { readonly [side: Side]: number };
  readonly evidence: ReleaseEvidence;
  /** When it is asked, epoch milliseconds: how long ago the last outcome came. */
  readonly now: number;
}

export type Reason =
  /** An absolute bound is broken. */
  | "limit"
  /** Worse than is tolerated. */
  | "comparison"
  /** One side has other numbers than its share promises: the comparison means nothing. */
  | "sampleRatio"
  | "noData"
  | "hold"
  | "minimum"
  /** Harm is not ruled out yet. */
  | "notShown"
  /** Harm is ruled out. */
  | "shown"
  /** There is nothing to compare with, and no limit is broken. */
  | "noControl"
  /** The hold is over, and that is all that was asked for. */
  | "unrefuted";

export interface SideCount {
  readonly outcomes: number;
  readonly failures?: number;
  readonly starts?: number;
  /** Failures or exceedances over outcomes, a mean, or the quantile in milliseconds. */
  readonly value?: number;
}

export interface GuardVerdict {
  /** Position in the release. */
  readonly guard: number;
  readonly side: Side;
  readonly verdict: "pass" | "fail" | "wait" | "noData";
  readonly reason: Reason;
  readonly treated: SideCount;
  readonly control?: SideCount;
  /** Logarithms of e-values in this step: for failing, for passing, for the limit. */
  readonly lnFail?: number;
  readonly lnPass?: number;
  readonly lnLimit?: number;
  /** Of this guard over the steps so far, the mean over where it may have begun. */
  readonly lnRelease?: number;
  /** By how much outcomes of one user hang together. */
  readonly designEffect?: number;
  /** Bounds of treated over control, each at 95 %, valid at every look. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** A comparison without users, which cannot be corrected for them. */
  readonly weaker?: true;
  readonly sampleRatio?: { readonly ln: number; readonly alarm: boolean };
  /** What an operator should know of the data. */
  readonly warnings?: readonly string[];
  /** How much longer it takes at this traffic. */
  readonly neededMs?: number;
}

export interface Verdict {
  readonly verdict: "pass" | "fail" | "wait" | "noData" | "inconclusive";
  readonly reason: Reason;
  /** In words. */
  readonly says: string;
  /** ln E(release): a comparison fails at ln(1/α). */
  readonly lnRelease: number;
  /** Position of the guard that decided. */
  readonly culprit?: number;
  readonly neededMs?: number;
  readonly guards: readonly GuardVerdict[];
}
