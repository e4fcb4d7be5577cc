import {
  ANSWER_KEPT_MS,
  CLAIM_HELD_MS,
  type Claim,
  ClaimLost,
  type FoundClaim,
  type HeldClaim,
  type IdempotencyStore,
  type WorkClaim,
} from "../idempotency-store.ts";

interface Row extends Claim {
  readonly answer: string | undefined;
}

export class MemoryIdempotency implements IdempotencyStore {
  readonly #rows = new Map<string, Row>();

  async claim(claim: Claim): Promise<FoundClaim | undefined> {
    const found = this.#rows.get(nameOf(claim));
    if (found !== undefined && !isFree(found, claim.at)) return { digest: found.digest, answer: found.answer };
    this.#rows.set(nameOf(claim), { ...claim, answer: undefined });
    return undefined;
  }

  async complete(claim: HeldClaim, answer: string): Promise<void> {
    this.#answer(claim, answer);
  }

  async release(claim: HeldClaim): Promise<boolean> {
    return this.#held(claim) !== undefined && this.#rows.delete(nameOf(claim));
  }

  async sweep(before: number): Promise<void> {
    for (const [name, { at }] of this.#rows) if (at < before) this.#rows.delete(name);
  }

  /** Throws where it is another's by now. */
  requireHeld(claim: WorkClaim): void {
    if (this.#held(claim) === undefined) throw new ClaimLost(claim);
  }

  /** With the change that it is the answer of. */
  commit(claim: WorkClaim): void {
    if (claim.answer !== undefined) this.#answer(claim, claim.answer);
  }

  #answer(claim: HeldClaim, answer: string): void {
    const row = this.#held(claim);
    if (row !== undefined) this.#rows.set(nameOf(claim), { ...row, answer });
  }

  #held(claim: HeldClaim): Row | undefined {
    const row = this.#rows.get(nameOf(claim));
    return row?.holder === claim.holder && row.answer === undefined ? row : undefined;
  }
}

function nameOf({ caller, key }: HeldClaim): string {
  return JSON.stringify([caller, key]);
}

function isFree({ at, answer }: Row, now: number): boolean {
  return at <= now - ANSWER_KEPT_MS || (answer === undefined && at <= now - CLAIM_HELD_MS);
}
