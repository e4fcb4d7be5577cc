import { aFlag, anyContext, anyDistortion, anyRuleset, distorted } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFlagDefinition, checkTargeting } from "../check/definition.ts";
import { checkFlag } from "../check/flag.ts";
import { checkSegment } from "../check/segment.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { explain } from "../evaluate/explain.ts";
import { normalizeFile } from "../file-form.ts";
import { isRecord, type JsonRecord } from "../json.ts";
import type { Ruleset, RulesetDocument } from "../model.ts";
import { applyDelta } from "../patch/apply.ts";
import { checksumOf } from "../patch/checksum.ts";
import { diffRulesets } from "../patch/diff.ts";
import { RulesetError, readRuleset, toDocument } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { affectedFlags } from "./affected.ts";
import { compileRuleset } from "./ruleset.ts";

const changes = fc.array(anyDistortion, { minLength: 1, maxLength: 4 });

/** `undefined` where its envelope cannot be read. Fails where that is told in any way but by a RulesetError. */
function readOrRefuse(source: unknown): Ruleset | undefined {
  try {
    return readRuleset(source);
  } catch (error) {
    expect(error).toBeInstanceOf(RulesetError);
    return undefined;
  }
}

/** Good documents with damage in them, in an envelope that can be read. */
const damaged = fc.tuple(anyRuleset, changes).map(([{ flags, segments, ...envelope }, distortions]) => {
  const documents = distorted({ flags, segments }, distortions);
  const spoiled: JsonRecord = isRecord(documents) ? documents : {};
  return readRuleset({
    ...envelope,
    flags: isRecord(spoiled.flags) ? spoiled.flags : flags,
    segments: isRecord(spoiled.segments) ? spoiled.segments : segments,
  });
});

/** Values at any depth that some stack would not bear to compare are left out. */
function shallow(ruleset: Ruleset): boolean {
  try {
    JSON.stringify(toDocument(ruleset));
    return true;
  } catch {
    return false;
  }
}

describe("a hostile ruleset", () => {
  it("is read, or refused by a RulesetError", () => {
    fc.assert(
      fc.property(anyRuleset, changes, (source, distortions) => {
        const ruleset = readOrRefuse(distorted(source, distortions));
        if (ruleset !== undefined) expect(compileRuleset(ruleset).ruleset).toBe(ruleset);
      }),
      { numRuns: runs(200) },
    );
  });

  it("is evaluated and explained alike, and reads the flags that the check finds nothing wrong with", () => {
    fc.assert(
      fc.property(damaged, anyContext, (ruleset, context) => {
        const compiled = compileRuleset(ruleset);
        for (const [key, document] of ruleset.flags) {
          const { value, ...decision } = evaluate(compiled, key, context, false, 7);
          const refused = checkFlag(document).length > 0;
          expect(decision.errorCode === "PARSE_ERROR").toBe(refused);
          if (decision.errorCode === "TYPE_MISMATCH") continue;
          const explained = explain(compiled, key, context, 7);
          expect(explained).toMatchObject("errorCode" in decision ? decision : { ...decision, value });
        }
        expect(compiled.problems().every(({ message }) => message.length < 2_000)).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  it("is checked by every check without a throw", () => {
    fc.assert(
      fc.property(damaged, ({ flags, segments }) => {
        for (const document of flags.values()) {
          expect(checkFlagDefinition(document).length).toBeGreaterThan(0);
          checkTargeting(document, aFlag());
        }
        for (const document of segments.values()) checkSegment(document);
      }),
      { numRuns: runs(200) },
    );
  });

  it("is made whole from a configuration file, or refused by a RulesetError", () => {
    fc.assert(
      fc.property(anyRuleset, changes, (source, distortions) => {
        try {
          normalizeFile(distorted(source, distortions));
        } catch (error) {
          expect(error).toBeInstanceOf(RulesetError);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it("is reached by its delta, and keeps what the delta does not touch", () => {
    fc.assert(
      fc.property(damaged, damaged, anyContext, (before, after, context) => {
        const delta = diffRulesets(before, after);
        const applied = applyDelta(before, delta);
        expect(checksumOf(applied)).toBe(checksumOf(after));
        if (shallow(applied) && shallow(after)) expect(withoutNull(applied)).toEqual(withoutNull(after));
        const first = compileRuleset(before);
        for (const key of before.flags.keys()) evaluate(first, key, context, false, 7);
        const next = compileRuleset(applied, first);
        const fresh = compileRuleset(applied);
        for (const key of applied.flags.keys()) {
          expect(evaluate(next, key, context, false, 7)).toEqual(evaluate(fresh, key, context, false, 7));
        }
        expect([...affectedFlags(before, before)]).toEqual([]);
      }),
      { numRuns: runs(150) },
    );
  });
});

/** A delta says "removed" by null, so that a document that is null counts as none. */
function withoutNull(ruleset: Ruleset): RulesetDocument {
  const present = (entities: ReadonlyMap<string, unknown>) =>
    new Map([...entities].filter(([, document]) => document !== null));
  return toDocument({ ...ruleset, flags: present(ruleset.flags), segments: present(ruleset.segments) });
}
