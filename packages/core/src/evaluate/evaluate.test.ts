import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../bucket.ts";
import { compileRuleset } from "../compile/ruleset.ts";
import type { Condition, Flag, JsonValue, Rule } from "../model.ts";
import type { EvaluationResult } from "../result.ts";
import { readRuleset } from "../ruleset.ts";
import { evaluate, typeOfDefault } from "./evaluate.ts";

interface World {
  readonly flags: { readonly [key: string]: unknown };
  readonly segments?: { readonly [key: string]: unknown };
}

const NOON = Date.UTC(2024, 1, 29, 12);

function ask<T extends JsonValue>(world: World, key: string, context: unknown, defaultValue: T): EvaluationResult<T> {
  return evaluate(compileRuleset(readRuleset(aRuleset(world))), key, context, defaultValue, NOON);
}

/** What flag `f` of these properties answers. */
function answer(flag: Partial<Flag>, context: unknown = {}, rest: Partial<World> = {}): Partial<EvaluationResult> {
  const { revision: _, ...result } = ask(
    { segments: {}, ...rest, flags: { ...rest.flags, f: aFlag(flag) } },
    "f",
    context,
    false,
  );
  return result;
}

const on = { value: true, variant: "on" };
const off = { value: false, variant: "off" };
const offFallthrough = { fallthrough: { variant: "off" } } as const;

const rule = (when: Condition, id = "r"): Rule => ({ id, when, serve: { variant: "on" } });
const always: Condition = { all: [] };

describe("step 1: errors, each with the default", () => {
  it("is not ready without a ruleset", () => {
    const result = evaluate(undefined, "f", {}, "x", NOON);
    expect(result).toMatchObject({ value: "x", reason: "ERROR", errorCode: "PROVIDER_NOT_READY", revision: 0 });
  });

  it("finds no flag that is not there, by whatever name objects have fields", () => {
    for (const key of ["g", "constructor", "__proto__", "toString"]) {
      const result = ask({ flags: { f: aFlag() } }, key, {}, true);
      expect(result).toMatchObject({ value: true, reason: "ERROR", errorCode: "FLAG_NOT_FOUND", revision: 1 });
      expect(result.errorMessage).toContain(key);
    }
  });

  it("finds flags whose keys are names of Object's fields", () => {
    const flags = JSON.parse(`{"__proto__": ${JSON.stringify(aFlag())}, "constructor": ${JSON.stringify(aFlag())}}`);
    for (const key of ["constructor", "__proto__"]) expect(ask({ flags }, key, {}, false)).toMatchObject(on);
  });

  it("cannot read a malformed flag, before it compares types, and reads the others", () => {
    const world = { flags: { bad: { ...aFlag(), off: "nope" }, f: aFlag() } };
    const result = ask(world, "bad", {}, "x");
    expect(result).toMatchObject({ value: "x", reason: "ERROR", errorCode: "PARSE_ERROR" });
    expect(result.errorMessage).toContain('off: The flag has no variant "nope"');
    expect(ask(world, "f", {}, false)).toMatchObject(on);
  });

  it("serves no flag as another type", () => {
    const result = ask({ flags: { f: aFlag() } }, "f", {}, "x");
    expect(result).toMatchObject({ value: "x", reason: "ERROR", errorCode: "TYPE_MISMATCH" });
    expect(result.variant).toBe(undefined);
  });

  it.each([
    [true, "boolean"],
    ["", "string"],
    [Number.NaN, "number"],
    [null, "json"],
    [{}, "json"],
    [[], "json"],
    [undefined, "json"],
  ])("takes a default %o to ask for %s", (value, type) => {
    expect(typeOfDefault(value)).toBe(type);
  });

  it.each<[Flag["type"], JsonValue, JsonValue]>([
    ["string", "big", ""],
    ["number", 0.5, 0],
    ["json", null, {}],
    ["json", { a: [1] }, null],
    ["json", "text", []],
  ])("serves a %s flag's value %j", (type, value, defaultValue) => {
    const flag = aFlag({ type, variants: [{ key: "v", value }], off: "v", fallthrough: { variant: "v" } });
    expect(ask({ flags: { f: flag } }, "f", {}, defaultValue)).toEqual({
      value,
      variant: "v",
      reason: "STATIC",
      revision: 1,
    });
  });

  it("serves json that no caller can alter for the next one", () => {
    const variants = [{ key: "v", value: { list: [1] } }];
    const flag = aFlag({ type: "json", variants, off: "v", fallthrough: { variant: "v" } });
    const { value } = ask<JsonValue>({ flags: { f: flag } }, "f", {}, {});
    expect(() => Object.assign(value ?? {}, { list: 2 })).toThrow(TypeError);
    expect(Object.isFrozen(variants[0]?.value.list)).toBe(true);
  });
});

describe("step 2: the switch", () => {
  it("serves the off variant where the flag is disabled, whatever else it says", () => {
    const targets = [{ variant: "on", keys: ["u1"] }];
    expect(answer({ enabled: false, targets, rules: [rule(always)] }, { targetingKey: "u1" })).toEqual({
      ...off,
      reason: "DISABLED",
    });
  });
});

describe("step 3: prerequisites", () => {
  const needs = (flag: string, variants: readonly string[]) => ({ prerequisites: [{ flag, variants }] });
  const failed = { ...off, reason: "PREREQUISITE_FAILED" };

  it("goes on where the other flag serves a wanted variant", () => {
    expect(answer(needs("p", ["off", "on"]), {}, { flags: { p: aFlag() } })).toEqual({ ...on, reason: "DEFAULT" });
  });

  it.each<[string, Partial<World>, readonly string[]]>([
    ["serves another variant", { flags: { p: aFlag(offFallthrough) } }, ["on"]],
    ["is wanted with no variant at all", { flags: { p: aFlag() } }, []],
    ["is not there", {}, ["on", "off"]],
    ["cannot be read", { flags: { p: { ...aFlag(), seed: -1 } } }, ["on", "off"]],
  ])("serves the off variant where the other flag %s", (_what, rest, variants) => {
    expect(answer({ ...needs("p", variants), rules: [rule(always)] }, {}, rest)).toEqual(failed);
  });

  it("counts a disabled flag's off variant as served", () => {
    const rest = { flags: { p: aFlag({ enabled: false }) } };
    expect(answer(needs("p", ["off"]), {}, rest)).toEqual({ ...on, reason: "DEFAULT" });
    expect(answer(needs("p", ["on"]), {}, rest)).toEqual(failed);
  });

  it("evaluates the other flag for the same context, and its prerequisites too", () => {
    const flags = {
      p: aFlag({ ...needs("q", ["on"]), rules: [] }),
      q: aFlag({ ...offFallthrough, rules: [rule({ attribute: "plan", op: "in", values: ["pro"] })] }),
    };
    expect(answer(needs("p", ["on"]), { plan: "pro" }, { flags })).toMatchObject(on);
    expect(answer(needs("p", ["on"]), { plan: "free" }, { flags })).toEqual(failed);
  });
});

describe("cycles", () => {
  const refersTo = (flag: string): Partial<Flag> => ({ rules: [rule({ not: { flag, variants: ["on"] } })] });
  const general = { value: false, reason: "ERROR", errorCode: "GENERAL" };

  it("answer with the default, on them and on the way to them, through flags and segments alike", () => {
    const flags = {
      a: aFlag({ prerequisites: [{ flag: "b", variants: ["on"] }] }),
      b: aFlag({ rules: [rule({ segment: "s" })] }),
      itself: aFlag(refersTo("itself")),
    };
    const segments = { s: aSegment({ when: { any: [{ flag: "a", variants: ["on"] }] } }) };
    for (const key of ["a", "b", "itself"]) expect(ask({ flags, segments }, key, {}, false)).toMatchObject(general);
    for (const key of ["a", "b", "itself"])
      expect(answer(refersTo(key), {}, { flags, segments })).toMatchObject(general);
  });

  it("answer with the default where only segments go round", () => {
    const segments = {
      s: aSegment({ included: ["u1"], when: { segment: "t" } }),
      t: aSegment({ when: { segment: "s" } }),
    };
    expect(answer({ rules: [rule({ segment: "s" })] }, { targetingKey: "u1" }, { segments })).toMatchObject(general);
  });

  it("answer with the default though no context would reach them", () => {
    const unreachable = { all: [{ any: [] }, { flag: "f", variants: ["on"] }] };
    expect(answer({ rules: [rule(unreachable)] })).toMatchObject(general);
  });

  it("leave a disabled flag its off variant", () => {
    expect(answer({ ...refersTo("f"), enabled: false })).toEqual({ ...off, reason: "DISABLED" });
  });

  it("end at a flag that cannot be read", () => {
    const flags = { p: { ...aFlag(refersTo("f")), version: "x" } };
    expect(answer({ prerequisites: [{ flag: "p", variants: ["on"] }] }, {}, { flags })).toMatchObject({
      reason: "PREREQUISITE_FAILED",
    });
  });
});

describe("step 4: targets", () => {
  const targets = [
    { variant: "off", keys: ["u1", "7", ""] },
    { variant: "on", keys: ["u2", "u1"] },
  ];

  it.each<[unknown, object]>([
    [{ targetingKey: "u1" }, { ...off, reason: "TARGETING_MATCH" }],
    [{ targetingKey: "u2" }, { ...on, reason: "TARGETING_MATCH" }],
    [{ targetingKey: 7 }, { ...off, reason: "TARGETING_MATCH" }],
    [{ targetingKey: "" }, { ...off, reason: "TARGETING_MATCH" }],
    [{ targetingKey: 7.5 }, { ...on, reason: "DEFAULT" }],
    [{ targetingKey: ["u1"] }, { ...on, reason: "DEFAULT" }],
    [{ targetingKey: "u3" }, { ...on, reason: "DEFAULT" }],
    [{}, { ...on, reason: "DEFAULT" }],
    [null, { ...on, reason: "DEFAULT" }],
    [["u1"], { ...on, reason: "DEFAULT" }],
  ])("serves %o its first list's variant", (context, expected) => {
    expect(answer({ targets }, context)).toEqual(expected);
  });

  it("comes before rules", () => {
    expect(answer({ targets, rules: [rule(always)] }, { targetingKey: "u1" })).toEqual({
      ...off,
      reason: "TARGETING_MATCH",
    });
  });
});

describe("step 5: rules", () => {
  const half = { rollout: { allocation: [[50_000, "on"]] as const } };
  const userIn = userWhere((bucket) => bucket < 50_000);
  const userOut = userWhere((bucket) => bucket >= 50_000);

  function userWhere(passes: (bucket: number) => boolean): string {
    return Array.from({ length: 100 }, (_, at) => `u${at}`).find((key) => passes(bucketOf(key, 1))) ?? "";
  }

  it("serves the first whose condition holds", () => {
    const rules = [rule({ any: [] }, "never"), rule(always, "first"), rule(always, "second")];
    expect(answer({ rules, ...offFallthrough })).toEqual({ ...on, reason: "TARGETING_MATCH", ruleId: "first" });
  });

  it("tells a rollout by its reason", () => {
    const flag = { rules: [{ id: "r", when: always, serve: half }], ...offFallthrough };
    expect(answer(flag, { targetingKey: userIn })).toEqual({ ...on, reason: "SPLIT", ruleId: "r" });
  });

  it.each<[string, unknown]>([
    ["is in the share that is left out", { targetingKey: userOut }],
    ["has no key to hash", {}],
    ["has an empty key", { targetingKey: "" }],
    ["has a key of another type", { targetingKey: 1.5 }],
    ["is nothing", undefined],
  ])("lets the next rule try where the context %s", (_what, context) => {
    const rules = [{ id: "half", when: always, serve: half }, rule(always, "next")];
    expect(answer({ rules, ...offFallthrough }, context)).toMatchObject({ ruleId: "next" });
  });

  it("hashes the attribute and the seed that the rollout names", () => {
    const serve = { rollout: { allocation: [[50_000, "on"]], bucketBy: "organization.id", seed: 9 } } as const;
    const inside = Array.from({ length: 100 }, (_, at) => at).filter((id) => bucketOf(String(id), 9) < 50_000);
    for (let id = 0; id < 100; id++) {
      const result = answer({ rules: [{ id: "r", when: always, serve }], ...offFallthrough }, { organization: { id } });
      expect(result.variant).toBe(inside.includes(id) ? "on" : "off");
    }
    expect(inside.length).toBeGreaterThan(20);
  });

  it("buckets by the context's own $now, not by the clock", () => {
    const serve = { rollout: { allocation: [[50_000, "on"]], bucketBy: "$now" } } as const;
    expect(answer({ rules: [{ id: "r", when: always, serve }], ...offFallthrough })).toMatchObject({
      reason: "DEFAULT",
    });
    const result = answer({ rules: [{ id: "r", when: always, serve }], ...offFallthrough }, { $now: userIn });
    expect(result).toMatchObject({ reason: "SPLIT" });
  });

  it("looks buckets up as [upTo, variant] says, to the bucket", () => {
    const key = "u1";
    const bucket = bucketOf(key, 1);
    for (const [upTo, variant] of [
      [bucket, "off"],
      [bucket + 1, "on"],
    ] as const) {
      const fallthrough = {
        rollout: {
          allocation: [
            [upTo, "on"],
            [100_000, "off"],
          ],
        },
      } as const;
      expect(answer({ fallthrough }, { targetingKey: key })).toMatchObject({ variant, reason: "SPLIT" });
    }
  });
});

describe("step 6: the fallthrough", () => {
  it.each<[string, Partial<Flag>, unknown, object]>([
    ["STATIC for a variant where nothing is asked", {}, {}, { ...on, reason: "STATIC" }],
    ["DEFAULT where there are rules", { rules: [rule({ any: [] })] }, {}, { ...on, reason: "DEFAULT" }],
    ["DEFAULT where there are targets", { targets: [{ variant: "on", keys: [] }] }, {}, { ...on, reason: "DEFAULT" }],
    ["SPLIT for a rollout", rolledOut([[100_000, "on"]]), { targetingKey: "u1" }, { ...on, reason: "SPLIT" }],
    ["SPLIT without a key where all get one variant", rolledOut([[100_000, "on"]]), {}, { ...on, reason: "SPLIT" }],
    [
      "SPLIT without a key, in however many ranges",
      rolledOut([
        [0, "off"],
        [7, "on"],
        [7, null],
        [100_000, "on"],
      ]),
      {},
      { ...on, reason: "SPLIT" },
    ],
    [
      "off where there is no key",
      rolledOut([
        [50_000, "on"],
        [100_000, "off"],
      ]),
      {},
      { ...off, reason: "DEFAULT" },
    ],
    ["off where all are left out", rolledOut([[100_000, null]]), { targetingKey: "u1" }, { ...off, reason: "DEFAULT" }],
    ["off where the allocation is empty", rolledOut([]), { targetingKey: "u1" }, { ...off, reason: "DEFAULT" }],
    [
      "off where almost all get one variant and there is no key",
      rolledOut([[99_999, "on"]]),
      {},
      { ...off, reason: "DEFAULT" },
    ],
    [
      "weights laid out, as in a file",
      { fallthrough: { rollout: { weights: { on: 100_000 } } } },
      {},
      { ...on, reason: "SPLIT" },
    ],
  ])("is %s", (_what, flag, context, expected) => {
    expect(answer(flag, context)).toEqual(expected);
  });

  function rolledOut(allocation: readonly (readonly [number, string | null])[]): Partial<Flag> {
    return { fallthrough: { rollout: { allocation } } };
  }
});
