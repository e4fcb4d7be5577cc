import { checkSegment, checkTargeting, type FlagType } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentSchema } from "./segment.ts";
import { targetingFieldsSchema } from "./targeting.ts";

const variants = [
  { key: "on", value: true },
  { key: "off", value: false },
];
const type: FlagType = "boolean";
const flag = { type, variants };

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom("on", "off", "targetingKey", "__proto__", "constructor"),
);
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean());
const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      attribute: text,
      op: fc.constantFrom("in", "contains", "exists", "lessThan", "nope"),
      values: fc.array(scalar, { maxLength: 3 }),
    }),
    fc.record({ segment: text }),
    fc.record({ flag: text, variants: fc.array(text, { maxLength: 2 }) }),
    fc.record({ all: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
}));
const serve = fc.oneof(
  fc.record({ variant: fc.constantFrom("on", "off", "nope") }),
  fc.record({
    rollout: fc.record(
      { weights: fc.dictionary(fc.constantFrom("on", "off"), fc.nat(50_000)), bucketBy: text, seed: fc.nat() },
      { requiredKeys: ["weights"] },
    ),
  }),
);
const rule = fc.record(
  { id: fc.stringMatching(/^[a-z0-9]{1,8}$/), name: text, when: condition, serve },
  { requiredKeys: ["when", "serve"] },
);
const targeting = fc.record({
  enabled: fc.boolean(),
  off: fc.constantFrom("on", "off"),
  prerequisites: fc.array(fc.record({ flag: text, variants: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
  targets: fc.array(fc.record({ variant: fc.constantFrom("on", "off"), keys: fc.array(text, { maxLength: 3 }) }), {
    maxLength: 2,
  }),
  rules: fc.array(rule, { maxLength: 3 }),
  fallthrough: serve,
});
const segment = fc.record(
  {
    key: fc.constant("beta"),
    name: text,
    description: text,
    included: fc.array(text),
    excluded: fc.array(text),
    by: text,
    when: fc.oneof(condition, fc.constant(null)),
  },
  { requiredKeys: ["key", "name", "description", "included", "excluded", "when"] },
);

/** The same document with something at some depth replaced, or with a field more or less. */
function damaged(documents: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(documents, fc.infiniteStream(fc.nat()), fc.jsonValue()).map(([document, choices, other]) => {
    const damage = (value: unknown): unknown => {
      const choice = choices.next().value ?? 0;
      if (choice % 5 === 0 || typeof value !== "object" || value === null) return other;
      const entries = Object.entries(value);
      const at = choice % (entries.length + 1);
      if (Array.isArray(value)) return value.map((item, index) => (index === at ? damage(item) : item));
      if (at === entries.length) return { ...value, extra: other };
      return Object.fromEntries(entries.map(([name, part], index) => [name, index === at ? damage(part) : part]));
    };
    return damage(document);
  });
}

describe("schemas and checks agree", () => {
  it("on targetings: what the checks accept, the schema reads, and reads as it was", () => {
    let accepted = 0;
    const property = fc.property(fc.oneof(targeting, damaged(targeting)), (document) => {
      if (checkTargeting(document, flag).length > 0) return;
      accepted += 1;
      expect(targetingFieldsSchema.parse(document)).toEqual(document);
    });
    fc.assert(property, { numRuns: 1_500, seed: 20_260_131 });
    expect(accepted).toBeGreaterThan(100);
  });

  it("on segments likewise", () => {
    let accepted = 0;
    const property = fc.property(fc.oneof(segment, damaged(segment)), (document) => {
      if (checkSegment(document).length > 0) return;
      accepted += 1;
      expect(segmentSchema.omit({ revision: true }).parse(document)).toEqual(document);
    });
    fc.assert(property, { numRuns: 1_500, seed: 20_260_131 });
    expect(accepted).toBeGreaterThan(100);
  });
});
