/** The evaluator written for size is held to the other one, which the vectors and the plain reading of the model hold. */
import {
  aFlag,
  anyContext,
  anyDistortion,
  anyRuleset,
  aRuleset,
  distorted,
  flagKeys,
  hostileContext,
  mutated,
  strangeValue,
} from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "../compile/ruleset.ts";
import { placeIn } from "../evaluate/place.ts";
import { isRecord, type JsonRecord } from "../json.ts";
import type { Flag, FlagType, JsonValue, Ruleset, RulesetDocument } from "../model.ts";
import { operators as full } from "../operators/index.ts";
import { instant as fullInstant } from "../operators/time.ts";
import { readRuleset } from "../ruleset.ts";
import { evaluateFull, evaluateSmall } from "../testing/evaluate-small.ts";
import { runs } from "../testing/runs.ts";
import { smallRuleset } from "./index.ts";
import { instant } from "./instant.ts";
import { learnOperators, learnt } from "./learnt.ts";
import { operators, usesLearnt } from "./operators.ts";
import { smallPlaceIn } from "./place.ts";

learnOperators();

const NOON = Date.UTC(2024, 1, 29, 12);
const defaults: readonly JsonValue[] = [false, "x", 0, null];

function answerAlike(ruleset: Ruleset, makeContext: () => unknown): void {
  const [small, compiled] = [smallRuleset(ruleset), compileRuleset(ruleset)];
  for (const key of [...flagKeys, ...ruleset.flags.keys(), "no-flag"]) {
    for (const fallback of defaults) {
      const wanted = evaluateFull(compiled, key, makeContext(), fallback, NOON);
      expect(evaluateSmall(small, key, makeContext(), fallback, NOON)).toEqual(wanted);
    }
  }
}

const values: { readonly [type in FlagType]: readonly [on: JsonValue, off: JsonValue] } = {
  boolean: [true, false],
  string: ["1", ""],
  number: [1, -0.5],
  json: [{ on: [1, null] }, null],
};

/** The same flags, in turn of each type. */
function typed(ruleset: RulesetDocument): RulesetDocument {
  const types = ["boolean", "string", "number", "json"] as const;
  const flags = Object.entries(ruleset.flags).map(([key, flag], at) => {
    const type = types[at % types.length] ?? "json";
    const variants = ["on", "off"].map((name, which) => ({ key: name, value: values[type][which] }));
    return [key, { ...Object(flag), type, variants }] as const;
  });
  return { ...ruleset, flags: Object.fromEntries(flags) };
}

/** Documents with damage in them, in an envelope that can be read. */
function damaged(source: RulesetDocument, damage: (documents: object) => unknown): Ruleset {
  const { flags, segments, ...envelope } = source;
  const documents = damage({ flags, segments });
  const spoiled: JsonRecord = isRecord(documents) ? documents : {};
  return readRuleset({
    ...envelope,
    flags: isRecord(spoiled.flags) ? spoiled.flags : flags,
    segments: isRecord(spoiled.segments) ? spoiled.segments : segments,
  });
}

describe("the small evaluator", () => {
  it("answers as the other one does, cycles and what is not understood included", () => {
    fc.assert(
      fc.property(anyRuleset, anyContext, (ruleset, context) => {
        answerAlike(readRuleset(ruleset), () => context);
        answerAlike(readRuleset(typed(ruleset)), () => context);
      }),
      { numRuns: runs(500) },
    );
  });

  it("answers so where one place of one document is another", () => {
    fc.assert(
      fc.property(anyRuleset, fc.nat(), strangeValue, anyContext, (source, pick, value, context) => {
        const ruleset = damaged(source, (documents) => mutated(documents, pick, value));
        answerAlike(ruleset, () => context);
      }),
      { numRuns: runs(500) },
    );
  });

  it("answers so where documents are distorted, too deep ones included", () => {
    const changes = fc.array(anyDistortion, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyRuleset, changes, anyContext, (source, distortions, context) => {
        const ruleset = damaged(source, (documents) => distorted(documents, distortions));
        answerAlike(ruleset, () => context);
      }),
      { numRuns: runs(500) },
    );
  });

  it("answers so where the context does not bear to be looked at", () => {
    fc.assert(
      fc.property(anyRuleset, hostileContext, (source, make) => answerAlike(readRuleset(source), make)),
      { numRuns: runs(300) },
    );
  });

  it("knows the same operators, and reads the same instants", () => {
    const tests = (op: string) =>
      usesLearnt([{}, { rules: [{ when: { any: [{ attribute: "a", op, values: [] }] } }] }]);
    expect([...full.keys()].filter(tests).sort()).toEqual(learnt.map(([name]) => name).sort());
    expect([...operators.keys(), "exists"].sort()).toEqual([...full.keys()].sort());
    const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(usesLearnt([deep])).toBe(true);
    expect(usesLearnt([{ variants: [{ key: '"op":"inCidr"', value: 'op":"before"' }] }])).toBe(false);
    const digits = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, "0"));
    const texts = fc
      .tuple(
        fc.constantFrom("0000", "0099", "1900", "2023", "2024", "9999", "+002024", "24"),
        fc.array(digits, { minLength: 5, maxLength: 5 }),
        fc.constantFrom("T", "t", " "),
        fc.constantFrom("", ".", ".5", ".0009", ".1234567", ",5"),
        fc.oneof(
          fc.constantFrom("Z", "z", "", "+24:00", "-00:60", "+0100", "Z "),
          digits.map((at) => `-${at}:${at}`),
        ),
      )
      .map(
        ([year, [month = "", day = "", hour = "", minute = "", second = ""], separator, fraction, offset]) =>
          `${year}-${month}-${day}${separator}${hour}:${minute}:${second}${fraction}${offset}`,
      );
    const someDay = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 });
    const real = someDay.map((second) => new Date(second * 1_000).toISOString());
    fc.assert(
      fc.property(fc.oneof(texts, real, fc.string(), fc.double(), fc.anything()), (value) => {
        expect(instant(value)).toBe(fullInstant(value));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it("follows references that double at every level once each", () => {
    const below = (at: number, wrap: (at: number) => object) => [wrap(at + 1), { not: { not: wrap(at + 1) } }];
    const levels = [...Array(64).keys()];
    const flags = levels.map((at) => {
      const when =
        at === 63 ? { segment: "s0" } : { all: below(at, (next) => ({ flag: `f${next}`, variants: ["on"] })) };
      const rules = [{ id: "r", when, serve: { variant: "on" } }] as Flag["rules"];
      return [`f${at}`, aFlag({ rules, fallthrough: { variant: "off" } })];
    });
    const segments = levels.map((at) => {
      const when =
        at === 63 ? { attribute: "plan", op: "exists" } : { any: below(at, (next) => ({ segment: `s${next}` })) };
      return [`s${at}`, { version: 1, included: [], excluded: [], when }];
    });
    const ruleset = aRuleset({ flags: Object.fromEntries(flags), segments: Object.fromEntries(segments) });
    expect(evaluateSmall(smallRuleset(readRuleset(ruleset)), "f0", { plan: 1 }, false, 0).variant).toBe("on");
  });

  it("says of each flag whose answer goes by the clock that it does", () => {
    fc.assert(
      fc.property(anyRuleset, (source) => {
        const ruleset = readRuleset(source);
        const [small, compiled] = [smallRuleset(ruleset), compileRuleset(ruleset)];
        for (const key of flagKeys) {
          if (compiled.flag(key)?.usesClock) expect(small.flag(key)?.usesClock).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it("puts contexts where the other one does, for outcomes", () => {
    const released = (ruleset: RulesetDocument): RulesetDocument =>
      JSON.parse(JSON.stringify(ruleset).replaceAll('"id":"rule-2"', '"id":"release-r"'));
    fc.assert(
      fc.property(
        anyRuleset,
        fc.oneof(
          anyContext.map((context) => () => context),
          hostileContext,
        ),
        (source, make) => {
          const ruleset = readRuleset(released(source));
          const [small, compiled] = [smallRuleset(ruleset), compileRuleset(ruleset)];
          for (const flag of [...flagKeys, "no-flag"]) {
            const asked = { flag, release: "r" };
            expect(smallPlaceIn(small, asked, make(), NOON)).toEqual(placeIn(compiled, asked, make(), NOON));
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });
});
