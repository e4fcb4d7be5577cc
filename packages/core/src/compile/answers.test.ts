import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { inOneLine } from "../check/inspection.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { explain } from "../evaluate/explain.ts";
import { listOf } from "../lists/testing/lists.ts";
import type { Condition, Flag } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { type CompiledRuleset, compileRuleset } from "./ruleset.ts";

interface World {
  readonly flags?: { readonly [key: string]: unknown };
  readonly segments?: { readonly [key: string]: unknown };
}

const compile = (world: World): CompiledRuleset => compileRuleset(readRuleset(aRuleset(world)));

/** A flag that serves `on` where the condition holds, among others. */
function whoPasses(when: unknown, { flags, segments }: World = {}): CompiledRuleset {
  const rules = [{ id: "r", when, serve: { variant: "on" } }];
  return compile({
    flags: { ...flags, f: { ...aFlag({ fallthrough: { variant: "off" } }), rules } },
    segments: segments ?? {},
  });
}

const passes = (compiled: CompiledRuleset, context: unknown) =>
  evaluate(compiled, "f", context, false, 0).variant === "on";
const problems = (compiled: CompiledRuleset) => compiled.problems().map(inOneLine);

describe("all and any", () => {
  it.each([0, 1, 2, 3, 4, 5])("of %i parts hold as logic has it, whichever of the parts do", (count) => {
    const parts = Array.from({ length: count }, (_, at): Condition => ({ attribute: `a${at}`, op: "exists" }));
    const [all, any] = [whoPasses({ all: parts }), whoPasses({ any: parts })];
    for (let mask = 0; mask < 2 ** count; mask++) {
      const holding = parts.map((_, at) => (mask & (1 << at)) !== 0);
      const context = Object.fromEntries(holding.flatMap((held, at) => (held ? [[`a${at}`, 1] as const] : [])));
      expect(passes(all, context)).toBe(holding.every(Boolean));
      expect(passes(any, context)).toBe(holding.some(Boolean));
    }
  });
});

describe("an attribute test", () => {
  it.each(["plan", "account.plan"])("of %s minds case unless it is told not to", (attribute) => {
    const test = { attribute, op: "in", values: ["Pro"] };
    const context = { plan: "PRO", account: { plan: "PRO" } };
    expect(passes(whoPasses(test), context)).toBe(false);
    expect(passes(whoPasses({ ...test, ignoreCase: false }), context)).toBe(false);
    expect(passes(whoPasses({ ...test, ignoreCase: true }), context)).toBe(true);
  });

  it.each(["tags", "account.tags"])(
    "of %s passes where any element of a list does, however long it is",
    (attribute) => {
      const compiled = whoPasses({ attribute, op: "in", values: ["pro"] });
      for (const length of [0, 1, 2, 9_999, 10_000, 10_001, 20_000]) {
        const tags: unknown[] = Array.from({ length }, (_, at) => at);
        const context = { tags, account: { tags } };
        Object.assign(tags, { plan: "pro", "-1": "pro", "01": "pro", "1.5": "pro", 4294967295: "pro" });
        expect(passes(compiled, context)).toBe(false);
        if (length > 0) tags[length - 1] = "pro";
        expect(passes(compiled, context)).toBe(length > 0);
      }
    },
  );

  it("is soon done with a list that claims elements which it does not have", () => {
    const compiled = whoPasses({ attribute: "tags", op: "in", values: ["pro"] });
    expect(passes(compiled, { tags: Object.assign([], { length: 2 ** 32 - 1 }) })).toBe(false);
  });

  it.each(["tags", "account.tags"])("of %s asks exists of the list itself", (attribute) => {
    const compiled = whoPasses({ attribute, op: "exists" });
    expect(passes(compiled, { tags: [], account: { tags: [] } })).toBe(true);
    expect(passes(compiled, { tags: null, account: { tags: null } })).toBe(false);
  });

  it.each(["in", "exists", "atLeast"])("of $now sees the clock and not the context (%s)", (op) => {
    const compiled = whoPasses({ attribute: "$now", op, ...(op === "exists" ? {} : { values: [5] }) });
    const at = (now: number) => evaluate(compiled, "f", { $now: 5 }, false, now).variant;
    expect([at(5), at(4)]).toEqual(["on", op === "exists" ? "on" : "off"]);
  });
});

describe("a rule", () => {
  it("decides where it is the first that holds, however many there are", () => {
    const rules = Array.from({ length: 300 }, (_, at) => ({
      id: `r${at}`,
      when: { attribute: "from", op: "atMost", values: [at] },
      serve: { variant: "on" },
    }));
    const compiled = compile({ flags: { f: aFlag({ rules }) } });
    const ruleFor = (from: number) => evaluate(compiled, "f", { from }, false, 0).ruleId;
    expect([0, 1, 199, 200, 201, 299, 300].map(ruleFor)).toEqual([
      ...["r0", "r1", "r199", "r200", "r201", "r299"],
      undefined,
    ]);
  });
});

describe("a segment", () => {
  const lists = new Map([["l1", listOf(["u1", "u2"])]]);
  const members = (segment: object) => {
    const rules = [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }];
    const flags = { f: aFlag({ rules, fallthrough: { variant: "off" } }) };
    const source = readRuleset(aRuleset({ flags, segments: { s: { ...aSegment(), ...segment } } }));
    const compiled = compileRuleset(source, undefined, lists);
    return ["u1", "u2", "u3", undefined].filter((targetingKey) => passes(compiled, { targetingKey }));
  };

  it.each<[string, object, readonly unknown[]]>([
    ["nobody", {}, []],
    ["who is included", { included: ["u1"] }, ["u1"]],
    ["who is included, and not who is excluded", { included: ["u1"], excluded: ["u2"] }, ["u1"]],
    [
      "who is not excluded, where the condition holds",
      { excluded: ["u2"], when: { all: [] } },
      ["u1", "u3", undefined],
    ],
    [
      "who is excluded least of all",
      { included: ["u1", "u2"], excluded: ["u2"], when: { all: [] } },
      ["u1", "u3", undefined],
    ],
    ["who is in a list that is held apart", { included: { list: "l1", count: 2 } }, ["u1", "u2"]],
    [
      "who is not in such a list that excludes",
      { included: ["u1"], excluded: { list: "l1", count: 2 }, when: { all: [] } },
      ["u3", undefined],
    ],
    ["nobody by a list that is not there", { included: { list: "none", count: 2 }, when: { all: [] } }, []],
  ])("contains %s", (_what, segment, expected) => {
    expect(members(segment)).toEqual(expected);
  });
});

describe("what is not understood", () => {
  const segments = {
    malformed: { ...aSegment(), excluded: null },
    far: aSegment({ included: { list: "l1", count: 20_000 } }),
    farOut: aSegment({ excluded: { list: "l2", count: 3 } }),
    newer: { ...aSegment(), when: { any: [{ moon: 1 }] } },
  };
  const newer = "A newer version of this software may know it.";

  it.each<[string, unknown, string]>([
    [
      "an operator",
      { attribute: "a", op: "near" },
      `rules[0].when.op: The operator "near" is not known here. ${newer}`,
    ],
    [
      "a value",
      { attribute: "a", op: "lessThan", values: [1, "2"] },
      'rules[0].when.values[1]: "2" is not a finite number. Give a finite number.',
    ],
    ["a kind of condition", { moon: 1 }, `rules[0].when: This kind of condition is not known here. ${newer}`],
    [
      "a part of all",
      { all: [{ all: [] }, { moon: 1 }] },
      `rules[0].when.all[1]: This kind of condition is not known here. ${newer}`,
    ],
    [
      "a part of any",
      { any: [{ moon: 1 }] },
      `rules[0].when.any[0]: This kind of condition is not known here. ${newer}`,
    ],
    ["what is negated", { not: { moon: 1 } }, `rules[0].when.not: This kind of condition is not known here. ${newer}`],
    [
      "a segment that is not there",
      { segment: "none" },
      'rules[0].when.segment: There is no segment "none". Create it, or remove this part.',
    ],
    [
      "a segment that cannot be read",
      { segment: "malformed" },
      "rules[0].when.segment: Segment malformed decides nothing: it cannot be read. excluded: Found null. Give a list of strings instead.",
    ],
    [
      "a segment that does not understand its own condition",
      { segment: "newer" },
      `rules[0].when.segment: Segment newer decides nothing: when.any[0]: This kind of condition is not known here. ${newer}`,
    ],
    [
      "a segment whose included list is not there",
      { segment: "far" },
      'rules[0].when.segment: Segment far decides nothing: included: The list "l1" of 20000 keys is not there. Get it from the server.',
    ],
    [
      "a segment whose excluded list is not there",
      { segment: "farOut" },
      'rules[0].when.segment: Segment farOut decides nothing: excluded: The list "l2" of 3 keys is not there. Get it from the server.',
    ],
  ])("is told with its place: %s", (_what, when, message) => {
    const compiled = whoPasses(when, { segments });
    expect(problems(compiled)).toEqual([message]);
    expect([{}, { a: 1 }, { targetingKey: "u1" }].map((context) => passes(compiled, context))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is told of each rule that has it, and of no other", () => {
    const rules = [{ moon: 1 }, { all: [] }, { sun: 1 }].map((when, at) => ({
      id: `r${at}`,
      when,
      serve: { variant: "on" },
    }));
    const compiled = compile({ flags: { f: { ...aFlag(), rules } } });
    expect(compiled.problems().map(({ flag, path }) => [flag, path])).toEqual([
      ["f", "rules[0].when"],
      ["f", "rules[2].when"],
    ]);
    expect(evaluate(compiled, "f", {}, false, 0).ruleId).toBe("r1");
    const [, first, second] = explain(compiled, "f", {}, 0).steps;
    expect(first).toMatchObject({ ruleId: "r0", problems: [{ path: "rules[0].when" }] });
    expect(second).toMatchObject({ ruleId: "r1", matched: true });
    expect(second).not.toHaveProperty("problems");
    const late = compile({ flags: { f: { ...aFlag(), rules: rules.filter((_, at) => at !== 1) } } });
    expect(explain(late, "f", {}, 0).steps[2]).toMatchObject({ problems: [{ path: "rules[1].when" }] });
  });
});

describe("a flag that cannot be evaluated", () => {
  const circular = aFlag({ prerequisites: [{ flag: "circular", variants: ["on"] }] });
  const flags: { readonly [key: string]: unknown } = {
    circular,
    bad: { ...aFlag(), seed: -1 },
    worse: { ...aFlag(), seed: -1, enabled: 7, version: null },
  };
  const compiled = () => compile({ flags });
  const seed = "seed: Found -1. Give a whole number from 0 to 4294967295 instead.";

  it.each<[string, string, string]>([
    [
      "circular",
      "GENERAL",
      "Flag circular: The references of this flag lead into a cycle. Remove one of those that close it.",
    ],
    ["bad", "PARSE_ERROR", `Flag bad cannot be read. ${seed}`],
    [
      "worse",
      "PARSE_ERROR",
      "Flag worse cannot be read. version: Found null. Give a whole number from 0 instead. (and 2 more)",
    ],
  ])("says why: %s", (key, errorCode, errorMessage) => {
    const fresh = compiled();
    expect(evaluate(fresh, key, {}, true, 0)).toEqual({
      value: true,
      reason: "ERROR",
      errorCode,
      errorMessage,
      revision: 1,
    });
    expect(fresh.flag(key)?.outcomes).toMatchObject([{ index: 0, value: null, errorCode }]);
  });

  it("is among the problems, each with its place", () => {
    expect(
      compiled()
        .problems()
        .filter(({ flag }) => flag !== "worse"),
    ).toEqual([
      {
        flag: "circular",
        path: "",
        message: "The references of this flag lead into a cycle. Remove one of those that close it.",
      },
      { flag: "bad", path: "seed", message: "Found -1. Give a whole number from 0 to 4294967295 instead." },
    ]);
  });

  it("says that the context cannot be read, where it cannot, and is well again for the next", () => {
    const unreadable = {
      get plan(): never {
        throw new Error("not for you");
      },
    };
    const readable = whoPasses({ attribute: "plan", op: "in", values: ["pro"] });
    expect(evaluate(readable, "f", unreadable, true, 0)).toEqual({
      value: true,
      reason: "ERROR",
      errorCode: "GENERAL",
      errorMessage:
        "Flag f could not be evaluated for this context: reading it failed. Look for getters or proxies that throw.",
      revision: 1,
    });
    expect(passes(readable, { plan: "pro" })).toBe(true);
  });
});

describe("the outcomes of a flag", () => {
  it("are shared by all that end alike", () => {
    const targets = ["u1", "u2"].map((key) => ({ variant: "off", keys: [key] }));
    const flag = compile({ flags: { f: aFlag({ targets }) } }).flag("f");
    const [one, two] = ["u1", "u2"].map((targetingKey) => flag?.decide({ targetingKey }, 0));
    expect(one).toMatchObject({ variant: "off", reason: "TARGETING_MATCH" });
    expect(two).toBe(one);
  });

  it("are made once each, counted up, and frozen with all that is in them", () => {
    const variants = [
      { key: "on", value: { list: [1] } },
      { key: "off", value: null },
    ];
    const rule = (id: string): Flag["rules"][number] => ({
      id,
      when: { attribute: id, op: "exists" },
      serve: { variant: "on" },
    });
    const given = { type: "json", variants, rules: [rule("a"), rule("b")], fallthrough: { variant: "on" } } as const;
    const flag = compile({ flags: { f: aFlag(given) } }).flag("f");
    const served = [{ a: 1 }, { b: 1 }, {}, { a: 1 }, { b: 1 }].map((context) => flag?.decide(context, 0));
    expect(served.map((outcome) => [outcome?.ruleId, outcome?.reason])).toEqual([
      ["a", "TARGETING_MATCH"],
      ["b", "TARGETING_MATCH"],
      [undefined, "DEFAULT"],
      ["a", "TARGETING_MATCH"],
      ["b", "TARGETING_MATCH"],
    ]);
    expect([served[3], served[4]]).toEqual([served[0], served[1]]);
    expect(served[3]).toBe(served[0]);
    expect(flag?.outcomes.map(({ index }) => index)).toEqual(flag?.outcomes.map((_, at) => at));
    expect(new Set(flag?.outcomes).size).toBe(3);
    expect(Object.hasOwn(served[2] ?? {}, "ruleId")).toBe(false);
    expect([served[0], served[0]?.value, Object(served[0]?.value).list].every(Object.isFrozen)).toBe(true);
  });
});
