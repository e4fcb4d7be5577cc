import { anyContext, anyDistortion, anyRuleset, type Distortion, distorted, flagKeys } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "../compile/ruleset.ts";
import type { FlagType, JsonValue, RulesetDocument } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { ask } from "../testing/oracle.ts";
import { isReadable } from "../testing/oracle-documents.ts";
import { runs } from "../testing/runs.ts";
import { evaluate } from "./evaluate.ts";

const NOON = Date.UTC(2024, 1, 29, 12);
const defaults: readonly JsonValue[] = [false, "x", 0, null];

const values: { readonly [type in FlagType]: readonly [on: JsonValue, off: JsonValue] } = {
  boolean: [true, false],
  string: ["1", ""],
  number: [1, -0.5],
  json: [{ on: [1, null] }, null],
};

/** The same flag with two values of another type. */
function typed(flag: unknown, type: FlagType): unknown {
  const [on, off] = values[type];
  return {
    ...Object(flag),
    type,
    variants: [
      { key: "on", value: on },
      { key: "off", value: off },
    ],
  };
}

const anyTypedRuleset = fc
  .tuple(
    anyRuleset,
    fc.array(fc.constantFrom<FlagType>("boolean", "boolean", "string", "number", "json"), { minLength: 1 }),
  )
  .map(([ruleset, types]): RulesetDocument => {
    const flags = Object.entries(ruleset.flags).map(
      ([key, flag], at) => [key, typed(flag, types[at % types.length] ?? "json")] as const,
    );
    return { ...ruleset, flags: Object.fromEntries(flags) };
  });

function bothAnswer(ruleset: RulesetDocument, context: unknown): void {
  const compiled = compileRuleset(readRuleset(ruleset));
  for (const key of [...flagKeys, "no-flag"]) {
    for (const defaultValue of defaults) {
      const { errorMessage: _, revision, ...answer } = evaluate(compiled, key, context, defaultValue, NOON);
      expect(answer).toEqual(ask({ ruleset, context, now: NOON, readable: isReadable }, key, defaultValue));
      expect(revision).toBe(ruleset.revision);
    }
  }
}

describe("evaluate", () => {
  it("answers as the plain reading of the model does", () => {
    fc.assert(fc.property(anyTypedRuleset, anyContext, bothAnswer), { numRuns: runs(300) });
  });

  it("answers so where documents are malformed", () => {
    const notTooDeep = anyDistortion.filter(({ kind }) => kind !== "bury");
    const changes = fc.array(fc.tuple(fc.nat(), notTooDeep), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyRuleset, changes, anyContext, (ruleset, distortions, context) => {
        bothAnswer(distortions.reduce(spoil, ruleset), context);
      }),
      { numRuns: runs(300) },
    );
  });
});

/** The ruleset with one of its documents distorted; its envelope stays readable. */
function spoil(ruleset: RulesetDocument, [pick, distortion]: readonly [number, Distortion]): RulesetDocument {
  const kind = pick % 3 > 0 ? "flags" : "segments";
  const keys = Object.keys(ruleset[kind]);
  const key = keys[pick % keys.length];
  if (key === undefined) return ruleset;
  const document: unknown = JSON.parse(JSON.stringify(distorted(ruleset[kind][key], [distortion]) ?? null));
  return { ...ruleset, [kind]: Object.fromEntries([...Object.entries(ruleset[kind]), [key, document]]) };
}
