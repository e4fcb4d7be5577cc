import { equalJson } from "../json.ts";
import type { Ruleset, RulesetDelta } from "../model.ts";
import { versionOf } from "./checksum.ts";

/**
 * The delta that turns `before` into `after`, two states of one view in one epoch:
 * `applyDelta(before, diffRulesets(before, after))` equals `after`. A document that is `null` counts as absent, since
 * a delta removes by it.
 */
export function diffRulesets(before: Ruleset, after: Ruleset): RulesetDelta {
  return {
    from: before.revision,
    to: after.revision,
    flags: changes(before.flags, after.flags),
    segments: changes(before.segments, after.segments),
  };
}

/** By `fromEntries`, which defines a key such as `__proto__` where an assignment would set the prototype. */
function changes(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): { readonly [key: string]: unknown } {
  const changed = new Map<string, unknown>();
  for (const [key, document] of after) {
    if (!sameDocument(before.get(key) ?? null, document ?? null)) changed.set(key, document ?? null);
  }
  for (const [key, document] of before) {
    if (!after.has(key) && document !== null) changed.set(key, null);
  }
  return Object.fromEntries(changed);
}

/** The version answers nearly always; only documents of one version are looked through. */
function sameDocument(before: unknown, after: unknown): boolean {
  return before === after || (versionOf(before) === versionOf(after) && equalJson(before, after));
}
