import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../bucket.ts";
import { compileRuleset } from "../compile/ruleset.ts";
import { listOf } from "../lists/testing/lists.ts";
import type { Allocation, Condition, Flag, Rollout } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { evaluate } from "./evaluate.ts";
import { type ExplainOptions, explain } from "./explain.ts";
import type { Explanation, Step } from "./explanation.ts";

interface World {
  readonly flags?: { readonly [key: string]: unknown };
  readonly segments?: { readonly [key: string]: unknown };
}

const lists = new Map([["l1", listOf(["u1", "u2"])]]);
const compile = ({ flags = {}, segments = {} }: World) =>
  compileRuleset(readRuleset(aRuleset({ flags, segments })), undefined, lists);

/** How a condition, in the only rule of a flag, is explained. */
function condition(when: unknown, context: unknown, world: World & ExplainOptions = {}): unknown {
  const flag = { ...aFlag(), rules: [{ id: "r", when, serve: { variant: "on" } }] };
  const { redact = () => false } = world;
  const compiled = compile({ ...world, flags: { ...world.flags, f: flag } });
  const step = explain(compiled, "f", context, 7, { redact }).steps.find((each) => each.step === "rule");
  return step?.step === "rule" ? step.when : undefined;
}

const stepsOf = (flag: Partial<Flag>, context: unknown, options: ExplainOptions = {}): readonly Step[] =>
  explain(compile({ flags: { f: aFlag(flag) } }), "f", context, 7, options).steps;

const unreadable = {
  get plan(): never {
    throw new Error("not for you");
  },
};

describe("a condition is explained", () => {
  const test = { attribute: "plan", op: "in", values: ["pro"] };
  const told = { kind: "test", ...test };

  it.each<[string, unknown, unknown, unknown]>([
    ["that passes", test, { plan: "pro" }, { ...told, holds: true, actual: "pro" }],
    ["that fails", test, { plan: null }, { ...told, holds: false, actual: null }],
    ["of what is missing", test, {}, { ...told, holds: false }],
    ["of what cannot be read", test, unreadable, { ...told, holds: false, failed: true }],
    [
      "that minds no case",
      { ...test, ignoreCase: true },
      { plan: "PRO" },
      { ...told, ignoreCase: true, holds: true, actual: "PRO" },
    ],
    [
      "of a list, an element of which passes",
      test,
      { plan: ["free", "pro"] },
      { ...told, holds: true, actual: ["free", "pro"] },
    ],
    ["that minds case", { ...test, ignoreCase: false }, { plan: true }, { ...told, holds: false, actual: true }],
    [
      "without values",
      { attribute: "plan", op: "exists" },
      { plan: 0 },
      { kind: "test", attribute: "plan", op: "exists", values: [], holds: true, actual: 0 },
    ],
    [
      "of the clock",
      { attribute: "$now", op: "after", values: [6] },
      { $now: 1 },
      { kind: "test", attribute: "$now", op: "after", values: [6], holds: true, actual: 7 },
    ],
  ])("with a test %s", (_what, when, context, expected) => {
    expect(condition(when, context)).toEqual(expected);
  });

  it("with a value that is kept out", () => {
    const redact = (attribute: string) => attribute === "plan";
    expect(condition(test, { plan: "pro" }, { redact })).toEqual({ ...told, holds: true, redacted: true });
    expect(condition(test, {}, { redact })).toEqual({ ...told, holds: false });
  });

  it("with every part of all, any and not", () => {
    const yes = { all: [] };
    const no = { any: [] };
    const explained = { yes: { kind: "all", holds: true, parts: [] }, no: { kind: "any", holds: false, parts: [] } };
    for (const [kind, parts, holds] of [
      ["all", [yes, yes], true],
      ["all", [yes, no], false],
      ["any", [no, yes], true],
      ["any", [no, no], false],
    ] as const) {
      const expected = parts.map((part) => (part === yes ? explained.yes : explained.no));
      expect(condition({ [kind]: parts }, {})).toEqual({ kind, holds, parts: expected });
    }
    expect(condition({ not: yes }, {})).toEqual({ kind: "not", holds: false, part: explained.yes });
    expect(condition({ not: no }, {})).toEqual({ kind: "not", holds: true, part: explained.no });
  });

  it.each<[unknown, string]>([
    [{ moon: 1 }, "This kind of condition is not known here. A newer version of this software may know it."],
    [{ segment: "none" }, 'There is no segment "none". Create it, or remove this part.'],
    [
      { attribute: "a", op: "lessThan", values: ["1", "2"] },
      '"1" is not a finite number. Give a finite number. "2" is not a finite number. Give a finite number.',
    ],
  ])("where %j is not understood, by why", (when, message) => {
    expect(condition(when, {})).toEqual({ kind: "notUnderstood", holds: false, message });
  });

  it("with what another flag serves", () => {
    const flags = { g: aFlag(), bad: {} };
    const asked = (flag: string, variants: string[]) => condition({ flag, variants }, {}, { flags });
    expect(asked("g", ["on"])).toEqual({ kind: "flag", flag: "g", variants: ["on"], served: "on", holds: true });
    expect(asked("g", [])).toEqual({ kind: "flag", flag: "g", variants: [], served: "on", holds: false });
    expect(asked("bad", ["on"])).toEqual({ kind: "flag", flag: "bad", variants: ["on"], holds: false });
    expect(asked("none", ["on"])).toEqual({ kind: "flag", flag: "none", variants: ["on"], holds: false });
  });

  it("with a segment that cannot be asked about this context", () => {
    const segments = { s: aSegment({ when: test }) };
    expect(condition({ segment: "s" }, unreadable, { segments })).toEqual({
      kind: "segment",
      segment: "s",
      holds: false,
    });
  });
});

describe("a segment is explained", () => {
  const exists = { attribute: "plan", op: "exists" };
  const segments = {
    listed: aSegment({ included: ["u1", "u3"], excluded: ["u2"], when: exists }),
    plain: aSegment({ included: ["u1"] }),
    account: aSegment({ by: "account.id", included: ["7"], excluded: ["8"] }),
    far: aSegment({ included: { list: "l1", count: 2 }, excluded: ["u2"] }),
    farOut: aSegment({ excluded: { list: "l1", count: 2 }, when: { all: [] } }),
  };
  const membership = (segment: string, context: unknown, options: ExplainOptions = {}): unknown => {
    const rules = [{ id: "r", when: { segment }, serve: { variant: "on" } }];
    const compiled = compile({ flags: { f: aFlag({ rules }) }, segments });
    return explain(compiled, "f", context, 7, options).segments[0];
  };
  const whenStep = { kind: "test", attribute: "plan", op: "exists", values: [] };

  it.each<[string, string, unknown, object]>([
    [
      "a key in excluded is out",
      "listed",
      { targetingKey: "u2", plan: 1 },
      { key: "u2", member: false, decidedBy: "excluded" },
    ],
    ["a key in included is in", "listed", { targetingKey: "u3" }, { key: "u3", member: true, decidedBy: "included" }],
    [
      "else the condition decides",
      "listed",
      { targetingKey: "u4", plan: 1 },
      { key: "u4", member: true, decidedBy: "when", when: { ...whenStep, holds: true, actual: 1 } },
    ],
    ["without a key too", "listed", {}, { member: false, decidedBy: "when", when: { ...whenStep, holds: false } }],
    [
      "without a condition nothing does",
      "plain",
      { targetingKey: "u2" },
      { key: "u2", member: false, decidedBy: "nothing" },
    ],
    [
      "a list that is held apart is named",
      "far",
      { targetingKey: "u1" },
      { key: "u1", member: true, decidedBy: "included", list: { id: "l1", size: 2 } },
    ],
    ["a short one is not", "far", { targetingKey: "u2" }, { key: "u2", member: false, decidedBy: "excluded" }],
    [
      "one held apart can put out",
      "farOut",
      { targetingKey: "u2" },
      { key: "u2", member: false, decidedBy: "excluded", list: { id: "l1", size: 2 } },
    ],
  ])("by its parts: %s", (_what, segment, context, expected) => {
    expect(membership(segment, context)).toEqual({ segment, by: "targetingKey", ...expected });
  });

  it("by another attribute, shown as it is, and kept out where it has to be", () => {
    const context = { account: { id: 7 } };
    const told = { segment: "account", by: "account.id", member: true, decidedBy: "included" };
    expect(membership("account", context)).toEqual({ ...told, key: 7 });
    expect(membership("account", context, { redact: () => true })).toEqual({ ...told, redacted: true });
    expect(membership("account", { account: { id: 8 } })).toMatchObject({ member: false, decidedBy: "excluded" });
  });

  it("once, however often and on whatever way it is referred to", () => {
    const rules = ["plain", "listed", "plain"].map((segment) => ({
      id: segment,
      when: { segment },
      serve: { variant: "on" },
    }));
    const flags = {
      f: aFlag({ rules: [...rules, { id: "g", when: { flag: "g", variants: [] }, serve: { variant: "on" } }] }),
      g: aFlag({ rules: [{ id: "h", when: { flag: "h", variants: [] }, serve: { variant: "on" } }] }),
      h: aFlag({ rules: [{ id: "s", when: { segment: "account" }, serve: { variant: "on" } }] }),
    };
    const told = explain(compile({ flags, segments }), "f", {}, 7);
    expect(told.segments.map(({ segment }) => segment)).toEqual(["plain", "listed", "account"]);
    expect(told.flags.map(({ flag }) => flag)).toEqual(["g", "h"]);
  });

  it("with the flag that its condition refers to, and what that one refers to", () => {
    const asks = (when: Condition) => aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }] });
    const world = {
      flags: { f: asks({ segment: "s" }), g: asks({ segment: "t" }) },
      segments: { s: aSegment({ when: { flag: "g", variants: ["on"] } }), t: aSegment() },
    };
    const told = explain(compile(world), "f", {}, 7);
    expect(told.flags.map(({ flag }) => flag)).toEqual(["g"]);
    expect(told.segments.map(({ segment }) => segment)).toEqual(["s", "t"]);
  });
});

describe("a rollout is explained", () => {
  const rolledOut = (rollout: Rollout, context: unknown, options: ExplainOptions = {}): unknown => {
    const step = stepsOf({ seed: 9, fallthrough: { rollout } }, context, options).at(-1);
    return step?.step === "fallthrough" && "rollout" in step.serve ? step.serve.rollout : undefined;
  };
  const bucket = bucketOf("u1", 9);
  const asked = { bucketBy: "targetingKey", seed: 9 };

  it("by the bucket and the range that it fell into", () => {
    const allocation: Allocation = [
      [bucket, "off"],
      [bucket + 1, "on"],
    ];
    const context = { targetingKey: "u1" };
    expect(rolledOut({ allocation }, context)).toEqual({
      ...asked,
      key: "u1",
      bucket,
      range: [bucket, bucket + 1],
      variant: "on",
    });
    expect(rolledOut({ allocation: [[bucket, "off"]] }, context)).toEqual({
      ...asked,
      key: "u1",
      bucket,
      range: [bucket, 100_000],
      variant: null,
    });
    expect(rolledOut({ allocation: [[bucket + 1, "on"]] }, context)).toMatchObject({
      range: [0, bucket + 1],
      variant: "on",
    });
  });

  it.each<[string, Allocation, string | null]>([
    ["serves nobody", [], null],
    ["serves all the same", [[100_000, "on"]], "on"],
    [
      "serves all the same in many ranges",
      [
        [0, "off"],
        [7, "on"],
        [100_000, "on"],
      ],
      "on",
    ],
    ["serves nearly all the same", [[99_999, "on"]], null],
    [
      "serves one and another",
      [
        [50_000, "on"],
        [100_000, "off"],
      ],
      null,
    ],
    ["leaves all out", [[100_000, null]], null],
  ])("without a key, where it %s", (_what, allocation, variant) => {
    expect(rolledOut({ allocation }, {})).toEqual({ ...asked, variant });
    expect(rolledOut({ allocation }, { targetingKey: "" })).toEqual({ ...asked, key: "", variant });
  });

  it("by the attribute and the seed that it names, kept out where it has to be", () => {
    const rollout = { allocation: [[100_000, "on"]], bucketBy: "account", seed: 3 } as const;
    expect(rolledOut(rollout, { account: 7 })).toMatchObject({
      bucketBy: "account",
      seed: 3,
      key: 7,
      bucket: bucketOf("7", 3),
    });
    expect(rolledOut(rollout, { account: 7 }, { redact: () => true })).toMatchObject({
      redacted: true,
      bucket: bucketOf("7", 3),
    });
    expect(rolledOut(rollout, { account: 1.5 })).toEqual({ bucketBy: "account", seed: 3, key: 1.5, variant: "on" });
    const closed = Object.defineProperty({}, "account", {
      get() {
        throw new Error("not for you");
      },
    });
    expect(rolledOut(rollout, closed)).toEqual({ bucketBy: "account", seed: 3, variant: "on" });
  });
});

describe("targets are explained", () => {
  const targets = [
    { variant: "off", keys: ["u1", "7"] },
    { variant: "on", keys: ["u1"] },
  ];

  it.each<[unknown, object]>([
    [{ targetingKey: "u1" }, { key: "u1", variant: "off", decided: true }],
    [{ targetingKey: 7 }, { key: 7, variant: "off", decided: true }],
    [{ targetingKey: "u2" }, { key: "u2", decided: false }],
    [{ targetingKey: true }, { key: true, decided: false }],
    [{}, { decided: false }],
  ])("by the key of %j", (context, expected) => {
    expect(stepsOf({ targets }, context)[1]).toEqual({ step: "targets", ...expected });
  });

  it("without the key, where it has to be kept out", () => {
    const [, step] = stepsOf({ targets }, { targetingKey: "u1" }, { redact: () => true });
    expect(step).toEqual({ step: "targets", redacted: true, variant: "off", decided: true });
  });
});

describe("what has no answer is told in words", () => {
  const compiled = compile({ flags: { f: aFlag(), bad: {} } });
  const refused = ({ errorCode, errorMessage }: Partial<Explanation>) => [errorCode, errorMessage];

  it("by evaluate and explain alike", () => {
    const none = "There is no flag none in this environment. Check the key's spelling, and that the flag exists.";
    expect(refused(evaluate(compiled, "none", {}, 1, 0))).toEqual(["FLAG_NOT_FOUND", none]);
    expect(refused(explain(compiled, "none", {}, 0))).toEqual(["FLAG_NOT_FOUND", none]);
    const early = "Flag f was asked for before there was a ruleset. Wait for the client to be ready.";
    expect(refused(evaluate(undefined, "f", {}, 1, 0))).toEqual(["PROVIDER_NOT_READY", early]);
    expect(explain(undefined, "f", {}, 0)).toEqual({
      flag: "f",
      reason: "ERROR",
      errorCode: "PROVIDER_NOT_READY",
      errorMessage: early,
      revision: 0,
      steps: [{ step: "error", message: early, decided: true }],
      flags: [],
      segments: [],
    });
  });

  it("where another type was asked for", () => {
    expect(evaluate(compiled, "f", {}, "x", 0)).toEqual({
      value: "x",
      reason: "ERROR",
      errorCode: "TYPE_MISMATCH",
      errorMessage: "Flag f is of type boolean and was asked for as string. Give a default of type boolean.",
      revision: 1,
    });
  });

  it("in the last step of a flag that cannot be read", () => {
    const { steps, errorMessage } = explain(compiled, "bad", {}, 0);
    expect(steps).toEqual([{ step: "error", message: errorMessage, decided: true }]);
    expect(errorMessage).toContain("Flag bad cannot be read.");
  });
});

describe("values are shown", () => {
  it.each<[unknown, unknown]>([
    [null, null],
    [true, true],
    [false, false],
    ["x", "x"],
    ["x".repeat(1_024), "x".repeat(1_024)],
    ["x".repeat(1_025), `${"x".repeat(1_024)}…`],
    [1.5, 1.5],
    [-0, 0],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [{ a: 1 }, "<object>"],
    [() => 1, "<function>"],
    [
      ["a", [1], null, undefined],
      ["a", "<list>", null, "<undefined>"],
    ],
    [Array(101).fill(1), Array(100).fill(1)],
  ])("as JSON, short: %o", (value, shown) => {
    expect(condition({ attribute: "a", op: "exists" }, { a: value })).toMatchObject({ actual: shown });
  });
});
