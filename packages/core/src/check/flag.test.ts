import { aFlag, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { checkFlag, readFlag } from "./flag.ts";
import { readSegment } from "./segment.ts";

const when = (condition: unknown) => ({ rules: [{ id: "r", when: condition, serve: { variant: "on" } }] });
const rollout = (value: unknown) => ({ fallthrough: { rollout: value } });
const test = { attribute: "a", op: "in", values: ["x"] };

function nested(depth: number): unknown {
  let condition: unknown = test;
  for (let at = 0; at < depth; at++) condition = { not: condition };
  return condition;
}

function list(depth: number): unknown {
  let value: unknown = [];
  for (let at = 0; at < depth; at++) value = [value];
  return value;
}

/** `on`, `off` and others, so many in all. */
const manyVariants = (count: number) => [
  ...aFlag().variants,
  ...Array.from({ length: count - 2 }, (_, at) => ({ key: `v${at}`, value: true })),
];

/** Conditions of every kind, each with a field that there is not. */
const laterConditions = [
  { all: [] },
  { any: [] },
  { not: test },
  { segment: "s" },
  { flag: "f", variants: [] },
  test,
].map((condition) => ({ ...condition, later: 1 }));

/** A newer server's flag. */
const laterFlag = {
  ...aFlag(),
  later: null,
  watch: [{ metric: "m" }],
  variants: aFlag().variants.map((variant) => ({ ...variant, description: 7, later: 1 })),
  prerequisites: [{ flag: "p", variants: [], later: 1 }],
  targets: [{ variant: "on", keys: [], later: 1 }],
  rules: [{ id: "r", when: { all: laterConditions }, serve: { variant: "on", later: 1 }, later: 1 }],
  fallthrough: { rollout: { allocation: [], later: 1 }, later: 1 },
};

const longPattern = { attribute: "a", op: "matches", values: ["x".repeat(257)] };

/** What is given over a good flag, and where something is found wrong: one place, and no other. */
const malformed: readonly (readonly [what: string, given: object, path: string])[] = [
  ["no version", { version: undefined }, "version"],
  ["a version that is text", { version: "1" }, "version"],
  ["another type", { type: "colour" }, "type"],
  ["a type by the name of an object's field", { type: "toString" }, "type"],
  ["a negative seed", { seed: -1 }, "seed"],
  ["a fractional seed", { seed: 0.5 }, "seed"],
  ["a seed over 32 bits", { seed: 2 ** 32 }, "seed"],
  ["no seed", { seed: undefined }, "seed"],
  ["enabled that is text", { enabled: "true" }, "enabled"],
  ["an off variant that is none", { off: "nope" }, "off"],
  ["an off variant by the name of an object's field", { off: "constructor" }, "off"],
  ["an off variant that is no string", { off: 1 }, "off"],
  ["a variant listed twice", { variants: [...aFlag().variants, { key: "on", value: false }] }, "variants[2].key"],
  ["a variant of another type", { variants: [...aFlag().variants, { key: "x", value: "x" }] }, "variants[2].value"],
  ["a variant that is null", { variants: [...aFlag().variants, { key: "x", value: null }] }, "variants[2].value"],
  ["a variant without a value", { variants: [...aFlag().variants, { key: "x" }] }, "variants[2].value"],
  ["a variant without a key", { variants: [...aFlag().variants, { value: true }] }, "variants[2].key"],
  ["a variant that is none", { variants: [...aFlag().variants, null] }, "variants[2]"],
  [
    "one of many variants listed twice",
    { variants: [...manyVariants(9), { key: "on", value: true }] },
    "variants[9].key",
  ],
  ["no list of prerequisites", { prerequisites: {} }, "prerequisites"],
  ["prerequisites of null", { prerequisites: null }, "prerequisites"],
  ["no prerequisites", { prerequisites: undefined }, "prerequisites"],
  ["a prerequisite without variants", { prerequisites: [{ flag: "p" }] }, "prerequisites[0].variants"],
  ["a prerequisite without a flag", { prerequisites: [{ variants: [] }] }, "prerequisites[0].flag"],
  [
    "a prerequisite's variant that is null",
    { prerequisites: [{ flag: "p", variants: [null] }] },
    "prerequisites[0].variants[0]",
  ],
  ["a target of a variant that is none", { targets: [{ variant: "x", keys: [] }] }, "targets[0].variant"],
  ["a target's key that is a number", { targets: [{ variant: "on", keys: ["a", 7] }] }, "targets[0].keys[1]"],
  ["a target without keys", { targets: [{ variant: "on" }] }, "targets[0].keys"],
  ["a rule that is null", { rules: [null] }, "rules[0]"],
  ["a rule without an id", { rules: [{ when: test, serve: { variant: "on" } }] }, "rules[0].id"],
  ["a rule without when", { rules: [{ id: "r", serve: { variant: "on" } }] }, "rules[0].when"],
  ["a rule whose when is null", when(null), "rules[0].when"],
  ["a rule without serve", { rules: [{ id: "r", when: test }] }, "rules[0].serve"],
  [
    "a rule whose name is null",
    { rules: [{ id: "r", name: null, when: test, serve: { variant: "on" } }] },
    "rules[0].name",
  ],
  ["no fallthrough", { fallthrough: undefined }, "fallthrough"],
  ["a fallthrough of nothing", { fallthrough: {} }, "fallthrough"],
  ["variant beside rollout", { fallthrough: { variant: "on", rollout: { allocation: [] } } }, "fallthrough"],
  ["a variant that is none", { fallthrough: { variant: "nope" } }, "fallthrough.variant"],
  ["a rollout of nothing", rollout({}), "fallthrough.rollout"],
  ["weights beside allocation", rollout({ weights: {}, allocation: [] }), "fallthrough.rollout"],
  ["negative weights", rollout({ weights: { on: -1 } }), "fallthrough.rollout.weights.on"],
  ["fractional weights", rollout({ weights: { on: 0.5 } }), "fallthrough.rollout.weights.on"],
  ["weights over 100,000 in sum", rollout({ weights: { on: 60_000, off: 40_001 } }), "fallthrough.rollout.weights"],
  ["weights of a variant that is none", rollout({ weights: { x: 1 } }), "fallthrough.rollout.weights.x"],
  ["weights of null", rollout({ weights: { on: null } }), "fallthrough.rollout.weights.on"],
  ["weights of text", rollout({ weights: { on: 60_000, off: "60000" } }), "fallthrough.rollout.weights.off"],
  [
    "an unsorted allocation",
    rollout({
      allocation: [
        [7, "on"],
        [6, "off"],
      ],
    }),
    "fallthrough.rollout.allocation[1][0]",
  ],
  ["an upTo over 100,000", rollout({ allocation: [[100_001, "on"]] }), "fallthrough.rollout.allocation[0][0]"],
  [
    "an upTo over 100,000, which the next is below",
    rollout({
      allocation: [
        [100_001, "on"],
        [7, "off"],
      ],
    }),
    "fallthrough.rollout.allocation[0][0]",
  ],
  ["a fractional upTo", rollout({ allocation: [[0.5, "on"]] }), "fallthrough.rollout.allocation[0][0]"],
  ["a negative upTo", rollout({ allocation: [[-1, "on"]] }), "fallthrough.rollout.allocation[0][0]"],
  [
    "an allocation of a variant that is none",
    rollout({ allocation: [[7, "x"]] }),
    "fallthrough.rollout.allocation[0][1]",
  ],
  ["an allocation of triples", rollout({ allocation: [[7, "on", 1]] }), "fallthrough.rollout.allocation[0]"],
  ["an allocation of nothing", rollout({ allocation: [null] }), "fallthrough.rollout.allocation[0]"],
  ["an allocation that is an object", rollout({ allocation: {} }), "fallthrough.rollout.allocation"],
  ["an allocation that is null", rollout({ allocation: null }), "fallthrough.rollout.allocation"],
  ["a bucketBy of null", rollout({ allocation: [], bucketBy: null }), "fallthrough.rollout.bucketBy"],
  ["a rollout's bad seed", rollout({ allocation: [], seed: 2 ** 32 }), "fallthrough.rollout.seed"],
  ["a rollout's seed of null", rollout({ allocation: [], seed: null }), "fallthrough.rollout.seed"],
  ["a condition that is text", when("plan = pro"), "rules[0].when"],
  ["a condition that is a list", when([test]), "rules[0].when"],
  ["a condition of two kinds", when({ all: [], any: [] }), "rules[0].when"],
  ["a test and a segment at once", when({ ...test, segment: "s" }), "rules[0].when"],
  ["a segment of null", when({ segment: null }), "rules[0].when.segment"],
  ["not of a list", when({ not: [test] }), "rules[0].when.not"],
  ["all of an object", when({ all: { 0: test } }), "rules[0].when.all"],
  ["a part that is null", when({ all: [test, { any: [null] }] }), "rules[0].when.all[1].any[0]"],
  ["a flag condition without variants", when({ flag: "p" }), "rules[0].when.variants"],
  ["a test without an operator", when({ attribute: "a" }), "rules[0].when.op"],
  ["a test of an attribute that is no name", when({ ...test, attribute: 1 }), "rules[0].when.attribute"],
  ["a test without values", when({ attribute: "a", op: "in" }), "rules[0].when.values"],
  ["values that are no list", when({ ...test, values: "x" }), "rules[0].when.values"],
  ["a value of null", when({ ...test, values: ["x", null] }), "rules[0].when.values[1]"],
  ["a value that JSON does not have", when({ ...test, values: [Number.NaN] }), "rules[0].when.values[0]"],
  ["ignoreCase of null", when({ ...test, ignoreCase: null }), "rules[0].when.ignoreCase"],
];

describe("checkFlag", () => {
  it.each(malformed)("finds %s, and nothing else", (_what, given, path) => {
    const findings = checkFlag({ ...aFlag(), ...given });
    expect(findings.map((finding) => finding.path)).toEqual([path]);
    expect(findings[0]?.message).toMatch(/\.$/);
  });

  it.each([null, undefined, 7, "flag", [], true])("finds that %o is no flag", (source) => {
    expect(checkFlag(source).map(({ path }) => path)).toEqual([""]);
  });

  it("looks at disabled flags as closely", () => {
    expect(checkFlag({ ...aFlag({ enabled: false }), fallthrough: {} })).toHaveLength(1);
  });

  it.each<[string, object]>([
    ["fields that it does not know, wherever they stand", laterFlag],
    [
      "keys of any form",
      {
        variants: [
          { key: " A ", value: true },
          { key: "off", value: false },
        ],
        fallthrough: { variant: " A " },
      },
    ],
    [
      "an operator that it does not know, whatever its values",
      when({ attribute: "a", op: "near", values: { lat: 1 } }),
    ],
    ["a kind of condition that it does not know", when({ moonPhase: "full" })],
    ["a value that the operator cannot use", when({ attribute: "a", op: "lessThan", values: ["x"] })],
    ["references to nothing", { prerequisites: [{ flag: "none", variants: ["x"] }], ...when({ segment: "none" }) }],
    ["rules of one id", { rules: [...when(test).rules, ...when(test).rules] }],
    [
      "more than any limit",
      {
        variants: manyVariants(65),
        targets: [{ variant: "on", keys: Array(10_001).fill("u1") }],
        rules: [...when({ any: Array(1_001).fill(test) }).rules, ...Array(200).fill(when(longPattern).rules[0])],
      },
    ],
    [
      "a boundary allocation",
      rollout({
        allocation: [
          [0, "on"],
          [0, "off"],
          [100_000, null],
        ],
      }),
    ],
    ["no weights at all", rollout({ weights: {} })],
    ["two hundred conditions deep", when(nested(200))],
    [
      "a json variant of null",
      {
        type: "json",
        variants: [
          { key: "off", value: null },
          { key: "on", value: list(200) },
        ],
      },
    ],
  ])("reads a flag with %s", (_what, given) => {
    const flag = { ...aFlag(), ...given };
    expect(checkFlag(flag)).toEqual([]);
    expect(readFlag(flag)).toHaveProperty("value", flag);
  });

  it("finds nesting that no stack would bear, in conditions and in values", () => {
    const deepValue = {
      type: "json",
      variants: [
        { key: "on", value: list(100_000) },
        { key: "off", value: 0 },
      ],
    };
    expect(checkFlag({ ...aFlag(), ...when(nested(100_000)) })).toHaveLength(1);
    expect(checkFlag({ ...aFlag(), ...deepValue }).map(({ path }) => path)).toEqual(["variants[0].value"]);
    expect(checkFlag({ ...aFlag(), ...when({ ...test, values: [list(100_000)] }) })).toHaveLength(1);
  });
});

describe("readSegment", () => {
  it.each<[string, object]>([
    ["no version", { version: undefined }],
    ["a list of keys by reference that does not say how many", { included: { list: "l1" } }],
    ["a key that is a number", { excluded: [7] }],
    ["a by of null", { by: null }],
    ["no when", { when: undefined }],
    ["a malformed condition", { when: { all: [null] } }],
  ])("cannot read a segment with %s", (_what, given) => {
    expect(readSegment({ ...aSegment(), ...given })).toHaveProperty("findings.length", 1);
  });

  it("reads one without a condition, and with fields that it does not know", () => {
    expect(readSegment({ ...aSegment(), later: 1 })).toHaveProperty("value");
    expect(readSegment({ ...aSegment(), later: 1, when: { all: laterConditions } })).toHaveProperty("value");
  });
});
