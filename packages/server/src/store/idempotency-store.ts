/**
 * Which requests were carried out, as the database keeps it outside the log, so that one that is sent twice has one
 * effect.
 *
 *     claim ─► work ─┬─► commit: the change and the answer, together, if the claim still is its own
 *                    ├─► complete: nothing was changed, so the answer alone
 *                    └─► release: refused, as if it had never come
 *
 *     a claim without an answer is its holder's for 60 s, then whoever's comes next; with one it is kept for 24 h
 */

/** How long a claim without an answer is its holder's; after that its process counts as gone. */
export const CLAIM_HELD_MS = 60_000;
/** How long a claim is kept, and its answer with it. */
export const ANSWER_KEPT_MS = 24 * 60 * 60_000;

/** A claim as whoever made it knows it again. */
export interface HeldClaim {
  /** The id of the token that sent the request: keys are told apart by it. */
  readonly caller: string;
  /** As the caller named it. */
  readonly key: string;
  /** Random. A claim that was taken over has another one. */
  readonly holder: string;
}

export interface Claim extends HeldClaim {
  /** Of the request: what is sent under the same key must have the same. */
  readonly digest: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a change does to the claim of its request: asks whether it still is held, and completes it with an answer. */
export interface WorkClaim extends HeldClaim {
  /** None where the request goes on after this change. */
  readonly answer?: string;
}

/** A claim that is in the way of another. */
export interface FoundClaim {
  readonly digest: string;
  /** As it was kept; `undefined` while the request is being carried out. */
  readonly answer: string | undefined;
}

/** A fault of any call rejects with a `StoreFault`; nothing was written then. */
export interface IdempotencyStore {
  /** Claims a key, where nobody has it or may have it any longer; else the claim that is in the way. */
  claim(claim: Claim): Promise<FoundClaim | undefined>;
  /** Keeps an answer for which nothing was changed. Does nothing where the claim has one, or is another's by now. */
  complete(claim: HeldClaim, answer: string): Promise<void>;
  /** Gives a claim back; whether it still was the holder's. Does nothing where it has an answer, or is another's by now. */
  release(claim: HeldClaim): Promise<boolean>;
  /** Forgets claims made before an instant, epoch milliseconds. */
  sweep(before: number): Promise<void>;
}

/** Another process has taken the claim over, so nothing was written: the request is that process's now. */
export class ClaimLost extends Error {
  override readonly name = "ClaimLost";
  readonly claim: HeldClaim;

  constructor(claim: HeldClaim) {
    super(`The claim of the request ${claim.key} was taken over, so its change was not made.`);
    this.claim = claim;
  }
}
