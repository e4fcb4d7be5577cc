import type { StateIdentity } from "@bannerol/protocol";

/** How a client that says hello is brought up to date. */
export type Resumption =
  /** It has everything. */
  | "current"
  /** It has an earlier state of this epoch; what changed since suffices. */
  | "delta"
  /** It has nothing, another epoch's state, or one that went wrong: all of it. */
  | "whole"
  /** It has seen more of the log than this node. */
  | "ahead";

/**
 * Pure. `checksumAt` answers with the checksum that the view had at a revision, where that is still known: a client
 * whose state differs from it would never be mended by deltas.
 */
export function resume(
  have: StateIdentity | undefined,
  head: StateIdentity,
  checksumAt: (revision: number) => number | undefined,
): Resumption {
  if (have === undefined || have.epoch !== head.epoch) return "whole";
  if (have.revision > head.revision) return "ahead";
  if (have.revision === head.revision) return have.checksum === head.checksum ? "current" : "whole";
  const expected = checksumAt(have.revision);
  return expected === undefined || expected === have.checksum ? "delta" : "whole";
}
