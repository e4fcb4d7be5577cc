/**
 * One node hears of another's changes a moment later, or 2 s later where it is not told. What it answers meanwhile is as old
 * as that, and may be; but a refusal must not rest on it: whoever was told by another node that their change is made would be
 * told here that it is not there.
 *
 *     work ─┬─► done
 *           └─► refused for what was known ─► read every log to its end ─┬─ more is known ─► work, once more
 *                                                                        └─ nothing new ───► refused
 */
import type { ProblemCode } from "@bannerol/protocol";
import { RefusedError } from "./refusal.ts";

/** Marks what is known. The answer reads on, and tells whether more is known by then; it never rejects. */
export type Mark = () => () => Promise<boolean>;

/** What a document, or its absence, can be the reason for. Approvals are no documents: they are read where they stand. */
const restOnDocuments: ReadonlySet<ProblemCode> = new Set([
  "not_allowed",
  "not_found",
  "already_exists",
  "key_archived",
  "flag_archived",
  "release_running",
  "release_state",
  "still_referenced",
  "conflict",
  "frozen",
  "approval_required",
  "precondition_failed",
  "invalid",
  "invariant_broken",
  "limit_exceeded",
]);

/** `work` changes nothing where it rejects. */
export async function onNewest<T>(mark: Mark, work: () => Promise<T>): Promise<T> {
  const more = mark();
  try {
    return await work();
  } catch (error) {
    const mayBeOld = error instanceof RefusedError && restOnDocuments.has(error.refusal.code);
    if (!mayBeOld || !(await more())) throw error;
    return work();
  }
}
