/**
 * A view for those whose flags the server evaluates: keys and versions, by which they notice that an answer may differ
 * now, and nothing of what a flag holds. The checksum is over keys and versions, so it is the view's own.
 */
import type { RulesetDelta, RulesetDocument } from "@bannerol/core";
import type { ViewSource } from "./ports.ts";

export function versionsAlone(source: ViewSource): ViewSource {
  return {
    identity: () => source.identity(),
    upTo: () => source.upTo(),
    ruleset: () => rulesetOfVersions(source.ruleset()),
    deltaSince(revision) {
      const delta = source.deltaSince(revision);
      return delta === "tooOld" ? delta : deltaOfVersions(delta);
    },
    catchUp: (has) => source.catchUp(has),
  };
}

export function rulesetOfVersions(ruleset: RulesetDocument): RulesetDocument {
  return { ...ruleset, flags: versionsOf(ruleset.flags), segments: versionsOf(ruleset.segments) };
}

export function deltaOfVersions(delta: RulesetDelta): RulesetDelta {
  return { ...delta, flags: versionsOf(delta.flags), segments: versionsOf(delta.segments) };
}

type Documents = { readonly [key: string]: unknown };

/** `fromEntries` defines own properties, whatever their names. */
function versionsOf(documents: Documents): Documents {
  return Object.fromEntries(Object.entries(documents).map(([key, document]) => [key, versionOf(document)]));
}

/** One without a version counts as 0 on both sides, so it needs none here either. */
function versionOf(document: unknown): object | null {
  if (typeof document !== "object" || document === null) return null;
  return "version" in document ? { version: document.version } : {};
}
