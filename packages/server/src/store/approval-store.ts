/**
 * Changes that wait until others have approved them, as the database keeps them outside the log: what waits alters
 * nothing yet.
 *
 *     add ─► waiting ─┬─► replace: one more has approved it, or it was rejected, withdrawn, outdated
 *                     └─► commit: it is applied, together with the change that it became
 *
 * Every write names the version that it was decided on, so of two at once one decides again.
 */
import type { WorkClaim } from "./idempotency-store.ts";

/** How long one that waits no more is kept; what was applied stands in the log for ever. */
export const CLOSED_APPROVAL_KEPT_MS = 90 * 24 * 60 * 60_000;

/** That one has expired is told from `expiresAt`. */
export type ApprovalStatus = "waiting" | "applied" | "rejected" | "withdrawn" | "outdated";

export interface StoredApproval {
  readonly project: string;
  readonly id: string;
  readonly status: ApprovalStatus;
  /** 1, then one more with each write. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly expiresAt: number;
  /** In which it is listed; they stay what they are. */
  readonly environments: readonly string[];
  /** JSON, which the store does not look into. */
  readonly document: string;
}

/** What a write leaves behind of an approval that had the version before. */
export type ApprovalStep = Pick<StoredApproval, "project" | "id" | "status" | "version" | "document">;

/** What a change does to the approval that it was: the store refuses it where that has moved on. */
export type WorkApproval = Omit<ApprovalStep, "project">;

export interface ApprovalFilter {
  readonly environment: string;
  /** Those that wait until after `now`, those that waited until then, one state, or all. */
  readonly status: "waiting" | "expired" | Exclude<ApprovalStatus, "waiting"> | "all";
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where a page goes on: only what comes after this one in the order of the list. */
  readonly after?: Pick<StoredApproval, "at" | "id">;
  readonly limit: number;
}

/** A fault of any call rejects with a `StoreFault`; nothing was written then. */
export interface ApprovalStore {
  /**
   * Adds one at version 1 and completes the claim of the request that proposed it, both or neither: rejects with
   * `ClaimLost` where that is another's by now.
   */
  add(approval: StoredApproval, claim?: WorkClaim): Promise<void>;
  find(project: string, id: string): Promise<StoredApproval | undefined>;
  /** Newest first, then by id. */
  list(project: string, filter: ApprovalFilter): Promise<readonly StoredApproval[]>;
  /** How many wait at an instant, epoch milliseconds. */
  waiting(project: string, now: number): Promise<number>;
  /** Whether it was written: it still had the version before `step.version`, and waited. */
  replace(step: ApprovalStep): Promise<boolean>;
  /** Forgets those that wait no more and were made before an instant, epoch milliseconds; they have expired by then. */
  sweep(before: number): Promise<void>;
}

/** Somebody else approved, rejected or withdrew it meanwhile, so its change was not made: look at it again. */
export class ApprovalMoved extends Error {
  override readonly name = "ApprovalMoved";
  readonly id: string;

  constructor({ id }: Pick<StoredApproval, "id">) {
    super(`The approval ${id} is not what it was any more, so its change was not made.`);
    this.id = id;
  }
}
