import { aFlag } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { checkFlagDefinition, checkTargeting } from "./definition.ts";
import type { Finding } from "./inspection.ts";
import { checkSegment } from "./segment.ts";

const { version: _version, type: _type, seed: _seed, variants, ...targeting } = aFlag();
const booleanFlag = { type: "boolean", variants } as const;
const test = { attribute: "a", op: "in", values: ["x"] };
const on = { variant: "on" };
const rule = (condition: unknown) => ({ rules: [{ when: condition, serve: on }] });

const definition = {
  key: "checkout",
  type: "boolean",
  kind: "release",
  description: "",
  tags: ["web"],
  owner: "",
  clientSide: false,
  seed: 7,
  variants,
};

const segment = { key: "staff", name: "Staff", description: "", included: ["u1"], excluded: ["u2"], when: null };

const pathsOf = (findings: readonly Finding[]) => findings.map(({ path }) => path);
const deep = (levels: number): unknown => (levels <= 1 ? test : { not: deep(levels - 1) });

describe("checkTargeting", () => {
  it("accepts a new flag's, and what the model shows", () => {
    expect(checkTargeting(targeting, booleanFlag)).toEqual([]);
    const when = {
      any: [
        { segment: "staff" },
        { ...test, ignoreCase: true },
        { not: { flag: "g", variants: ["on"] } },
        { attribute: "a", op: "exists" },
      ],
    };
    const rollout = { weights: { on: 25_000 }, bucketBy: "organization.id", seed: 0 };
    const rules = [{ id: "staff", name: "Staff first", when, serve: { rollout } }];
    const fallthrough = { rollout: { weights: { on: 5_000, off: 95_000 } } };
    expect(checkTargeting({ ...targeting, rules, fallthrough }, booleanFlag)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["an unknown field", { fallthru: on }, "fallthru"],
    ["a ruleset's field", { version: 1 }, "version"],
    ["a misspelt field of a test", rule({ ...test, ignorecase: true }), "rules[0].when.ignorecase"],
    [
      "a misspelt field of a rollout",
      { fallthrough: { rollout: { weights: {}, bucketby: "a" } } },
      "fallthrough.rollout.bucketby",
    ],
    ["a field beside a combination", rule({ all: [], name: "x" }), "rules[0].when.name"],
    ["an allocation", { fallthrough: { rollout: { weights: {}, allocation: [] } } }, "fallthrough.rollout.allocation"],
    ["an unknown operator", rule({ ...test, op: "sounds" }), "rules[0].when.op"],
    ["an unknown kind of condition", rule({ moonPhase: "full" }), "rules[0].when"],
    [
      "a value that the operator cannot use",
      rule({ all: [{ ...test, op: "lessThan", values: [1, "2"] }] }),
      "rules[0].when.all[0].values[1]",
    ],
    ["a pattern that JavaScript refuses", rule({ ...test, op: "matches", values: ["("] }), "rules[0].when.values[0]"],
    ["a value for exists", rule({ attribute: "a", op: "exists", values: ["x"] }), "rules[0].when.values[0]"],
    [
      "two rules of one id",
      {
        rules: [
          { id: "r", when: test, serve: on },
          { id: "r", when: test, serve: on },
        ],
      },
      "rules[1].id",
    ],
    ["a rule's id of a bad form", { rules: [{ id: "R 1", when: test, serve: on }] }, "rules[0].id"],
  ])("refuses %s", (_what, given, path) => {
    expect(pathsOf(checkTargeting({ ...targeting, ...given }, booleanFlag))).toEqual([path]);
  });

  it.each<[string, object, object]>([
    [
      "200 rules",
      { rules: Array(200).fill({ when: test, serve: on }) },
      { rules: Array(201).fill({ when: test, serve: on }) },
    ],
    ["10,000 target keys in all", targetKeys(9_999), targetKeys(10_000)],
    ["conditions 16 deep", rule(deep(16)), rule(deep(17))],
    ["1,000 tests", rule({ any: Array(1_000).fill(test) }), rule({ any: Array(1_001).fill(test) })],
    ["patterns of 256 characters", pattern(256), pattern(257)],
    ["256 KiB", text(262_144 - 400), text(262_144)],
  ])("holds to the limit of %s", (_what, within, beyond) => {
    expect(checkTargeting({ ...targeting, ...within }, booleanFlag)).toEqual([]);
    const findings = checkTargeting({ ...targeting, ...beyond }, booleanFlag);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.limit).toBe(true);
  });

  function targetKeys(count: number): object {
    const keys = Array.from({ length: count }, (_, at) => `u${at}`);
    return {
      targets: [
        { variant: "on", keys: keys.slice(0, 5_000) },
        { variant: "off", keys: keys.slice(5_000) },
        { variant: "on", keys: ["more"] },
      ],
    };
  }

  function pattern(length: number): object {
    return rule({ ...test, op: "matches", values: ["a".repeat(length)] });
  }

  function text(bytes: number): object {
    return rule({ ...test, values: ["é".repeat(bytes / 2)] });
  }

  it("counts depth and tests afresh for every rule", () => {
    const rules = Array.from({ length: 3 }, () => ({ when: { any: Array(400).fill(deep(15)) }, serve: on }));
    expect(checkTargeting({ ...targeting, rules }, booleanFlag)).toEqual([]);
  });

  it("survives any nesting", () => {
    expect(checkTargeting({ ...targeting, ...rule(deep(1_000)) }, booleanFlag)).toHaveLength(1);
  });

  it.each([null, [], "x"])("refuses %o", (source) => {
    expect(checkTargeting(source, booleanFlag)).toHaveLength(1);
  });
});

describe("checkFlagDefinition", () => {
  it("accepts every type, and boolean variants by other names", () => {
    const variants = [
      { key: "yes", value: true, description: "in" },
      { key: "no", value: false },
    ];
    expect(checkFlagDefinition({ ...definition, variants })).toEqual([]);
    for (const [type, value] of [
      ["string", ""],
      ["number", 1.5],
      ["json", null],
    ] as const) {
      expect(checkFlagDefinition({ ...definition, type, variants: [{ key: "v", value }] })).toEqual([]);
    }
  });

  it.each<[string, object, string]>([
    ["a key with bad characters", { key: "Check Out" }, "key"],
    ["a key that starts with a dot", { key: ".checkout" }, "key"],
    ["an empty key", { key: "" }, "key"],
    ["a key of 129 characters", { key: "a".repeat(129) }, "key"],
    ["an unknown kind", { kind: "temporary" }, "kind"],
    ["a tag that is no text", { tags: [1] }, "tags[0]"],
    ["no owner", { owner: undefined }, "owner"],
    ["clientSide that is text", { clientSide: "yes" }, "clientSide"],
    ["a bad seed", { seed: -1 }, "seed"],
    ["an unknown field", { enabled: true }, "enabled"],
    ["a variant's key of a bad form", { variants: [{ key: "On", value: true }] }, "variants[0].key"],
    ["an unknown field of a variant", { variants: [{ key: "on", value: true, weight: 1 }] }, "variants[0].weight"],
    ["65 variants", { variants: Array.from({ length: 65 }, (_, at) => ({ key: `v${at}`, value: true })) }, "variants"],
    [
      "a number that JSON does not have",
      { type: "number", variants: [{ key: "v", value: Number.POSITIVE_INFINITY }] },
      "variants[0].value",
    ],
  ])("refuses %s", (_what, given, path) => {
    expect(pathsOf(checkFlagDefinition({ ...definition, ...given }))).toEqual([path]);
  });

  it("says what was found and what to do", () => {
    const [finding] = checkFlagDefinition({ ...definition, kind: "temporary" });
    expect(finding?.message).toBe('Found "temporary". Give one of release, experiment, ops, permission instead.');
  });
});

describe("checkSegment", () => {
  it("accepts lists, a condition or neither", () => {
    expect(checkSegment(segment)).toEqual([]);
    expect(checkSegment({ ...segment, included: [], by: "organization.id", when: test })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["a key in both lists", { included: ["a", "u2"] }, "included[1]"],
    ["an unknown field", { rules: [] }, "rules"],
    ["a condition that is too deep", { when: deep(17) }, `when${".not".repeat(16)}`],
    ["a value that the operator cannot use", { when: { ...test, op: "inCidr" } }, "when.values[0]"],
    ["a key of a bad form", { key: "Staff" }, "key"],
    ["no name", { name: undefined }, "name"],
    ["no description", { description: undefined }, "description"],
  ])("refuses %s", (_what, given, path) => {
    expect(pathsOf(checkSegment({ ...segment, ...given }))).toEqual([path]);
  });

  it.each(["included", "excluded"])("holds to the limit of 10,000 keys in %s", (list) => {
    const lists = { included: [], excluded: [] };
    expect(checkSegment({ ...segment, ...lists, [list]: Array(10_000).fill("u1") })).toEqual([]);
    const findings = checkSegment({ ...segment, ...lists, [list]: Array(10_001).fill("u1") });
    expect(findings).toEqual([
      { path: list, limit: true, message: expect.stringContaining("at most 10000 in a list") },
    ]);
  });
});
