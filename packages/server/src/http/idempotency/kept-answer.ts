/** An answer as it is kept, and what it says to the same request when it comes again. Pure. */
import { z } from "zod";
import type { FoundClaim } from "../../store/idempotency-store.ts";
import type { Refusal } from "../refusal.ts";
import type { Answer } from "../route.ts";

const keptSchema = z.union([
  z.strictObject({ shownOnce: z.string() }),
  z.strictObject({ body: z.unknown(), status: z.int().exactOptional(), revision: z.int().exactOptional() }),
]);

/** Of an answer that shows a secret, the id alone: no secret is ever kept. */
export function keptText({ shownOnce, body, status, revision }: Answer): string {
  return JSON.stringify(shownOnce === undefined ? { body, status, revision } : { shownOnce });
}

export type Again = { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly refusal: Refusal };

/** What a request gets whose key somebody has already. */
export function answerAgain(found: FoundClaim, digest: string): Again {
  if (found.digest !== digest) return { ok: false, refusal: reused };
  if (found.answer === undefined) return { ok: false, refusal: inUse };
  const kept = keptSchema.parse(JSON.parse(found.answer));
  if ("shownOnce" in kept) return { ok: false, refusal: shownOnce(kept.shownOnce) };
  return { ok: true, answer: { ...kept, isReplay: true } };
}

/** While the first request is carried out, or where another process has taken it over. */
export const inUse: Refusal = {
  code: "idempotency_key_in_use",
  detail:
    "A request with this Idempotency-Key is being carried out. Send the same again in a moment: it gets the answer of " +
    "the first.",
  retryAfter: 1,
};

const reused: Refusal = {
  code: "idempotency_key_reused",
  detail:
    "This Idempotency-Key stands for another request of yours, of another address or body. Send that one again as it " +
    "was, or this one with a new key.",
};

function shownOnce(id: string): Refusal {
  const detail =
    `The request was carried out, and its answer, the only one to show the secret of ${id}, was sent then. If it is ` +
    `lost, revoke ${id}, and make another with a new Idempotency-Key.`;
  return { code: "secret_shown_once", detail, id };
}
