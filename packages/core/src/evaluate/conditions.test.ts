import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "../compile/ruleset.ts";
import type { Condition, Rule, Segment } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { evaluate } from "./evaluate.ts";

interface World {
  readonly flags: { readonly [key: string]: unknown };
  readonly segments: { readonly [key: string]: unknown };
}

const NOON = Date.UTC(2024, 1, 29, 12);
const always: Condition = { all: [] };
const offFallthrough = { fallthrough: { variant: "off" } } as const;
const rule = (when: Condition, id = "r"): Rule => ({ id, when, serve: { variant: "on" } });
const segmentsOf = (segment: Partial<Segment>) => ({ segments: { s: aSegment(segment) } });

/** Whether a rule with this condition matches. */
function matches(when: unknown, context: unknown, rest: Partial<World> = {}): boolean {
  const flag = { ...aFlag(offFallthrough), rules: [{ id: "r", when, serve: { variant: "on" } }] };
  const source = aRuleset({ segments: {}, ...rest, flags: { ...rest.flags, f: flag } });
  const result = evaluate(compileRuleset(readRuleset(source)), "f", context, false, NOON);
  expect(result.errorCode).toBe(undefined);
  return result.variant === "on";
}

describe("conditions", () => {
  const pro: Condition = { attribute: "plan", op: "in", values: ["pro"] };
  const never: Condition = { any: [] };

  it.each<[string, Condition, unknown, boolean]>([
    ["an empty all", { all: [] }, {}, true],
    ["an empty any", { any: [] }, {}, false],
    ["all with one that fails", { all: [always, never] }, {}, false],
    ["all of which each holds", { all: [always, always] }, {}, true],
    ["any of which one holds", { any: [never, always] }, {}, true],
    ["any of which none holds", { any: [never, never] }, {}, false],
    ["not of what holds", { not: always }, {}, false],
    ["a test that passes", pro, { plan: "pro" }, true],
    ["a missing attribute", pro, {}, false],
    ["not of a missing attribute", { not: pro }, {}, true],
    ["not of a value of the wrong type", { not: pro }, { plan: 7 }, true],
    [
      "not of a missing attribute that must exist",
      { all: [{ not: pro }, { attribute: "plan", op: "exists" }] },
      {},
      false,
    ],
    ["a list of which an element passes", pro, { plan: ["free", "pro"] }, true],
    ["a list of which no element passes", pro, { plan: ["free"] }, false],
    ["an empty list", pro, { plan: [] }, false],
    ["a list in a list", pro, { plan: [["pro"]] }, false],
    ["existence of an empty list", { attribute: "plan", op: "exists" }, { plan: [] }, true],
    ["existence of a list of null", { attribute: "plan", op: "exists" }, { plan: [null] }, true],
    ["existence of null", { attribute: "plan", op: "exists" }, { plan: null }, false],
    ["the targetingKey as it is", { attribute: "targetingKey", op: "in", values: ["7"] }, { targetingKey: 7 }, false],
    ["the clock", { attribute: "$now", op: "after", values: ["2024-02-29T11:59:59Z"] }, {}, true],
    [
      "the clock, whatever the context says",
      { attribute: "$now", op: "after", values: [NOON] },
      { $now: NOON + 1 },
      false,
    ],
    ["the clock as a number", { attribute: "$now", op: "atLeast", values: [NOON] }, {}, true],
  ])("%s", (_what, when, context, holds) => {
    expect(matches(when, context)).toBe(holds);
  });

  it("ask other flags what they serve", () => {
    const flags = { on: aFlag(), off: aFlag({ enabled: false }), bad: {} };
    expect(matches({ flag: "on", variants: ["on"] }, {}, { flags })).toBe(true);
    expect(matches({ flag: "on", variants: ["off"] }, {}, { flags })).toBe(false);
    expect(matches({ flag: "off", variants: ["off"] }, {}, { flags })).toBe(true);
    expect(matches({ flag: "bad", variants: ["on", "off"] }, {}, { flags })).toBe(false);
    expect(matches({ flag: "none", variants: ["on", "off"] }, {}, { flags })).toBe(false);
    expect(matches({ not: { flag: "none", variants: ["on"] } }, {}, { flags })).toBe(true);
  });
});

describe("segments", () => {
  const pro: Condition = { attribute: "plan", op: "in", values: ["pro"] };

  it.each<[string, Partial<Segment>, unknown, boolean]>([
    ["included", { included: ["u1"] }, { targetingKey: "u1" }, true],
    ["included as a number", { included: ["7"] }, { targetingKey: 7 }, true],
    ["included with an empty key", { included: [""] }, { targetingKey: "" }, true],
    ["not included", { included: ["u1"] }, { targetingKey: "u2" }, false],
    ["in both lists", { included: ["u1"], excluded: ["u1"] }, { targetingKey: "u1" }, false],
    ["excluded though the condition holds", { excluded: ["u1"], when: always }, { targetingKey: "u1" }, false],
    ["included though the condition fails", { included: ["u1"], when: pro }, { targetingKey: "u1" }, true],
    ["by the condition", { included: ["u1"], when: pro }, { targetingKey: "u2", plan: "pro" }, true],
    ["by the condition, without a key", { included: ["u1"], when: pro }, { plan: "pro" }, true],
    ["of nobody", {}, { targetingKey: "u1" }, false],
    ["by another attribute", { by: "organization.id", included: ["o1"] }, { organization: { id: "o1" } }, true],
    ["by another attribute alone", { by: "organization.id", included: ["u1"] }, { targetingKey: "u1" }, false],
    ["by the context's own $now", { by: "$now", included: [String(NOON)] }, {}, false],
  ])("%s", (_what, segment, context, contains) => {
    expect(matches({ segment: "s" }, context, segmentsOf(segment))).toBe(contains);
    expect(matches({ not: { segment: "s" } }, context, segmentsOf(segment))).toBe(!contains);
  });

  it("nest, and ask flags", () => {
    const segments = {
      s: aSegment({ when: { any: [{ segment: "t" }, { flag: "g", variants: ["on"] }] } }),
      t: aSegment({ included: ["u1"] }),
    };
    const flags = { g: aFlag({ ...offFallthrough, rules: [rule(pro)] }) };
    expect(matches({ segment: "s" }, { targetingKey: "u1" }, { segments, flags })).toBe(true);
    expect(matches({ segment: "s" }, { plan: "pro" }, { segments, flags })).toBe(true);
    expect(matches({ segment: "s" }, { targetingKey: "u2" }, { segments, flags })).toBe(false);
  });
});

describe("what is not understood", () => {
  const unknownOperator = { attribute: "plan", op: "soundsLike", values: ["pro"] };
  const strange: readonly (readonly [string, unknown])[] = [
    ["an unknown operator", unknownOperator],
    ["an unknown operator without values", { attribute: "plan", op: "__proto__" }],
    ["an unknown kind of condition", { moonPhase: "full" }],
    ["an empty condition", {}],
    ["a pattern that is refused", { attribute: "plan", op: "matches", values: ["pro", "("] }],
    ["text for a number", { attribute: "plan", op: "lessThan", values: [5, "6"] }],
    ["no version", { attribute: "plan", op: "semverEqual", values: ["v1"] }],
    ["no address", { attribute: "plan", op: "inCidr", values: ["here"] }],
    ["an object for in", { attribute: "plan", op: "in", values: ["pro", { a: 1 }] }],
    ["a value for exists", { attribute: "plan", op: "exists", values: [false] }],
    ["a segment that is not there", { segment: "none" }],
    ["a segment that cannot be read", { segment: "malformed" }],
    ["a segment that does not understand", { segment: "puzzled" }],
    ["a segment that knows such a segment", { segment: "outer" }],
  ];
  const segments = {
    malformed: { ...aSegment({ included: ["u1"] }), excluded: null },
    puzzled: { ...aSegment({ included: ["u1"] }), when: { any: [always, unknownOperator] } },
    outer: aSegment({ included: ["u1"], when: { not: { segment: "puzzled" } } }),
  };
  const user = { targetingKey: "u1", plan: "pro" };

  it.each(strange)("%s keeps its rule from matching, wherever it stands in it", (_what, part) => {
    for (const when of [part, { not: part }, { any: [always, part] }, { not: { all: [{ any: [] }, part] } }]) {
      expect(matches(when, user, { segments })).toBe(false);
    }
  });

  it.each(strange)("%s lets the next rule try, and is reported", (_what, part) => {
    const flag = {
      ...aFlag(offFallthrough),
      rules: [{ id: "a", when: part, serve: { variant: "on" } }, rule(always, "b")],
    };
    const compiled = compileRuleset(readRuleset(aRuleset({ flags: { f: flag }, segments })));
    expect(evaluate(compiled, "f", user, false, NOON).ruleId).toBe("b");
    expect(compiled.problems().map(({ flag, path }) => [flag, path.startsWith("rules[0].when")])).toContainEqual([
      "f",
      true,
    ]);
  });

  it("does not reach through a flag condition: there it is the other flag's rule that does not match", () => {
    const flags = {
      g: { ...aFlag(offFallthrough), rules: [{ id: "r", when: unknownOperator, serve: { variant: "on" } }] },
    };
    expect(matches({ flag: "g", variants: ["off"] }, user, { flags })).toBe(true);
  });
});
