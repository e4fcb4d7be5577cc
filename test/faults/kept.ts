/** Rulesets as an SDK keeps them: of each revision one text, of a size that takes several sectors and pages. */

import { readKept, writeKept } from "../../packages/client/src/ruleset/cache.ts";
import { atOnce, readRuleset } from "../../packages/core/src/index.ts";

export function keptText(revision: number): string {
  const segments = {
    s: { version: 1, included: [`${revision}`.repeat((revision * 701) % 9_000)], excluded: [], when: null },
  };
  const envelope = { epoch: "e", revision, project: "default", environment: "production" };
  const ruleset = readRuleset({ ...envelope, flags: {}, segments });
  return atOnce(writeKept({ ruleset, confirmedAt: revision }, "binding"));
}

/** The revision of a text that an SDK would accept; `undefined` for one that it ignores. */
export function acceptedRevision(text: string): number | undefined {
  const kept = atOnce(readKept(text, "binding"));
  return kept.ok ? kept.ruleset.revision : undefined;
}
