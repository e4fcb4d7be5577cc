/**
 * Carries a request out once, however often it is sent.
 *
 *     claim ─┬─ free ─► handler ─┬─► answer ─► kept: with the change, or by itself where there was none
 *            │                   └─► refusal, fault ─► the claim is given back
 *            └─ taken ─► 409, 422, or the first answer again
 */
import { type Claim, ClaimLost, type HeldClaim, type IdempotencyStore } from "../../store/idempotency-store.ts";
import { RefusedError } from "../refusal.ts";
import type { Answer } from "../route.ts";
import { type Again, answerAgain, inUse, keptText } from "./kept-answer.ts";
import type { RequestName } from "./key.ts";

export interface OncePorts {
  readonly store: IdempotencyStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A random text for each claim. */
  readonly newHolder: () => string;
  /** Takes note of how a call of the store went. */
  readonly watch: <T>(work: () => Promise<T>) => Promise<T>;
}

/** `carryOut` makes its change under the claim. Throws `RefusedError`, or a `StoreFault`. */
export async function once(
  { store, now, newHolder, watch }: OncePorts,
  name: RequestName,
  carryOut: (claim: HeldClaim) => Promise<Answer>,
): Promise<Answer> {
  const claim: Claim = { ...name, holder: newHolder(), at: now() };
  const found = await watch(() => store.claim(claim));
  if (found !== undefined) return given(answerAgain(found, claim.digest));
  const answer = await carryOut(claim).catch(async (error: unknown) => {
    // Where this fails the claim is free in a minute.
    const wasHeld = await store.release(claim).catch(() => true);
    // Whoever has taken it over may be the reason for a refusal.
    const isLost = error instanceof ClaimLost || (error instanceof RefusedError && !wasHeld);
    throw isLost ? new RefusedError(inUse) : error;
  });
  // Where this fails nothing was changed, so that the same request may well be carried out again.
  await store.complete(claim, keptText(answer)).catch(() => undefined);
  return answer;
}

function given(again: Again): Answer {
  if (!again.ok) throw new RefusedError(again.refusal);
  return again.answer;
}
