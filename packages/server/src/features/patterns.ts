/** Proofs take time and a thread, and decisions are pure: so patterns are proved before a change is decided. */
import { RefusedError } from "../http/refusal.ts";
import { checkPatterns } from "../patterns/check-patterns.ts";
import { refusedFor } from "./decision.ts";
import type { Services } from "./services.ts";

/** Refuses a document of which a pattern is not proved to run fast. `what` begins the sentence: "The segment". */
export async function refuseUnprovedPatterns({ patterns }: Services, what: string, document: unknown): Promise<void> {
  const findings = await checkPatterns(document, {
    prove: (pattern) => patterns.prove(pattern),
    monotonic: () => performance.now(),
  });
  const wrong = refusedFor(what, findings);
  if (wrong !== undefined) throw new RefusedError(wrong.refusal);
}
