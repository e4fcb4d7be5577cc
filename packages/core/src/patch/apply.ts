import { heldOf } from "../documents/held.ts";
import type { Documents, Ruleset, RulesetDelta } from "../model.ts";

/**
 * The ruleset with the delta applied; `ruleset` stays as it is. Whether the delta fits (its `from` is the ruleset's
 * revision, its epoch the same, the checksum of the result the one announced) is the caller's to see.
 */
export function applyDelta(ruleset: Ruleset, delta: RulesetDelta): Ruleset {
  return {
    ...ruleset,
    revision: delta.to,
    flags: patched(ruleset.flags, delta.flags),
    segments: patched(ruleset.segments, delta.segments),
  };
}

function patched(before: Documents, changes: { readonly [key: string]: unknown }): Documents {
  const after = new Map(heldOf(before));
  for (const [key, document] of Object.entries(changes)) {
    if (document === null) after.delete(key);
    else after.set(key, document);
  }
  return before.over?.(after) ?? after;
}
