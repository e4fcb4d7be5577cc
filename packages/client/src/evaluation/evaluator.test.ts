import { collectGarbage } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createExposureCounter } from "../exposures.ts";
import { type Holder, install } from "../ruleset/store.ts";
import { snapshotOf } from "../testing/model-server.ts";
import { rulesetOf, testClient } from "../testing/test-client.ts";
import type { Evaluation } from "./evaluation.ts";
import { createEvaluator } from "./evaluator.ts";

const json = {
  type: "json",
  variants: [{ key: "v", value: { a: [1, null] } }],
  off: "v",
  fallthrough: { variant: "v" },
};
const rules = [{ id: "staff", when: { attribute: "plan", op: "in", values: ["staff"] }, serve: { variant: "off" } }];
const clocked = [
  {
    id: "later",
    when: { attribute: "$now", op: "after", values: ["2026-06-01T00:00:00Z"] },
    serve: { variant: "off" },
  },
];
const ruleset = rulesetOf(7, {
  on: {},
  off: { enabled: false },
  text: { type: "string", variants: [{ key: "v", value: "blue" }], off: "v", fallthrough: { variant: "v" } },
  count: { type: "number", variants: [{ key: "v", value: 3 }], off: "v", fallthrough: { variant: "v" } },
  json,
  rules: { rules },
  clocked: { rules: clocked },
  broken: { variants: [] },
  ["__proto__"]: {},
  constructor: {},
});

const { client, clock } = testClient({ serves: ruleset });

describe("evaluation", () => {
  it.each([
    ["isEnabled", () => client.isEnabled("on"), true],
    ["isEnabled, disabled", () => client.isEnabled("off", {}, true), false],
    ["isEnabled, unknown", () => client.isEnabled("nope", {}, true), true],
    ["isEnabled, unknown, no default", () => client.isEnabled("nope"), false],
    ["isEnabled, another type", () => client.isEnabled("text", {}, true), true],
    ["isEnabled, malformed", () => client.isEnabled("broken", {}, true), true],
    ["isEnabled, __proto__", () => client.isEnabled("__proto__"), true],
    ["isEnabled, constructor", () => client.isEnabled("constructor"), true],
    ["isEnabled, toString", () => client.isEnabled("toString"), false],
    ["isEnabled, a rule", () => client.isEnabled("rules", { plan: "staff" }), false],
    ["value, string", () => client.value("text", {}, "red"), "blue"],
    ["value, number", () => client.value("count", {}, 0), 3],
    ["value, json", () => client.value("json", {}, {}), { a: [1, null] }],
    ["value, another type", () => client.value("count", {}, "three"), "three"],
    ["boolean", () => client.boolean("on", false)(), true],
    ["boolean, another type", () => client.boolean("text", true)({}), true],
    ["string", () => client.string("text", "red")({}), "blue"],
    ["number", () => client.number("count", 0)({}), 3],
    ["json", () => client.json("json", null)({}), { a: [1, null] }],
    ["bound isEnabled", () => client.forContext({ plan: "staff" }).isEnabled("rules"), false],
    ["bound value", () => client.forContext({}).value("text", "red"), "blue"],
    ["bound handle", () => client.forContext({ plan: "staff" }).boolean("rules", true)(), false],
  ])("answers %s", (_, ask, answer) => {
    expect(ask()).toEqual(answer);
  });

  it("says which variant it is, why, and of which revision", () => {
    expect(client.evaluate("rules", { plan: "staff" }, true)).toEqual({
      value: false,
      variant: "off",
      reason: "TARGETING_MATCH",
      ruleId: "staff",
      revision: 7,
    });
  });

  it.each([
    ["nope", true, "FLAG_NOT_FOUND"],
    ["broken", true, "PARSE_ERROR"],
    ["text", true, "TYPE_MISMATCH"],
  ])("says what is wrong with %s", (key, fallback, errorCode) => {
    expect(client.evaluate(key, {}, fallback)).toMatchObject({
      value: fallback,
      reason: "ERROR",
      errorCode,
      revision: 7,
    });
  });

  it("serves defaults until there is a ruleset", () => {
    const { client: early } = testClient();
    expect(early.isEnabled("on", {}, true)).toBe(true);
    expect(early.evaluate("on", {}, "x")).toMatchObject({ value: "x", errorCode: "PROVIDER_NOT_READY", revision: 0 });
    expect(early.evaluateAll({})).toEqual({});
    expect(early.snapshot().revision).toBe(0);
  });

  it("gives every flag's result, whatever its key", () => {
    const all = client.evaluateAll({});
    expect(Object.keys(all).sort()).toEqual([...ruleset.flags.keys()].sort());
    expect(Object.getOwnPropertyDescriptor(all, "__proto__")?.value).toMatchObject({ value: true });
    expect(all.broken).toMatchObject({ value: null, errorCode: "PARSE_ERROR" });
  });

  it("explains the decision that it makes", () => {
    const context = { plan: "staff" };
    expect(client.explain("rules", context)).toMatchObject({
      variant: "off",
      reason: "TARGETING_MATCH",
      ruleId: "staff",
    });
  });

  it("reads the clock for flags that test it", () => {
    expect(client.isEnabled("clocked")).toBe(true);
    clock.jump(Date.UTC(2026, 6, 1) - clock.now());
    expect(client.isEnabled("clocked")).toBe(false);
  });

  it("works off its object", () => {
    const { isEnabled, value, forContext } = client;
    expect(isEnabled("on")).toBe(true);
    expect(value("text", {}, "red")).toBe("blue");
    const { isEnabled: bound } = forContext({});
    expect(bound("on")).toBe(true);
  });

  it("never throws, whatever it is given (I5)", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const hostile: unknown[] = [
      null,
      undefined,
      [],
      1n,
      Symbol("s"),
      Number.NaN,
      "x".repeat(1_000_000),
      cyclic,
      proxy,
      () => 1,
      new Date(Number.NaN),
      {
        get plan(): never {
          throw new Error("no");
        },
      },
      {
        get targetingKey(): never {
          throw new Error("no");
        },
      },
      {
        plan: {
          toString: () => {
            throw new Error("no");
          },
        },
      },
      JSON.parse('{"__proto__": {"plan": "staff"}}'),
    ];
    // By position, since fast-check itself looks into the values that it draws.
    const drawn = fc.oneof(
      fc.nat({ max: hostile.length - 1 }).map((index) => () => hostile[index]),
      fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }).map((value) => () => value),
    );
    const keys = fc.oneof(
      fc.constantFrom(...ruleset.flags.keys()).map((key) => (): unknown => key),
      drawn,
    );
    // A caller without types may hand over anything.
    const untyped: Record<keyof Evaluation, (...args: unknown[]) => unknown> = Object.assign({}, client as never);
    fc.assert(
      fc.property(keys, drawn, drawn, (...args) => {
        const [key, context, fallback] = args.map((draw) => draw());
        for (const call of ["isEnabled", "value", "evaluate"] as const) untyped[call](key, context, fallback);
        untyped.evaluateAll(context);
        for (const type of ["boolean", "string", "number", "json"] as const) {
          const handle = untyped[type](key, fallback);
          if (typeof handle === "function") handle(context);
        }
        untyped.explain(key, context);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a snapshot", () => {
  it("stays at its revision, bound or not, while the client moves on", () => {
    const { client: moving, stream } = testClient({ serves: rulesetOf(1, { flag: {} }) });
    const frozen = moving.snapshot();
    const bound = moving.forContext({}).snapshot();
    const handle = moving.boolean("flag", true);
    expect(handle()).toBe(true);
    const next = rulesetOf(2, { flag: { enabled: false } });
    stream.latest.say(snapshotOf(next));
    expect(moving.status().revision).toBe(2);
    expect(handle()).toBe(false);
    expect(moving.isEnabled("flag")).toBe(false);
    expect(frozen.isEnabled("flag")).toBe(true);
    expect(bound.isEnabled("flag")).toBe(true);
    expect([frozen.revision, bound.revision]).toEqual([1, 1]);
  });
});

it("a handle that nobody asks any more holds no older ruleset", async () => {
  const holder: Holder = { installed: undefined, turn: 0 };
  const { boolean } = createEvaluator({ holder, counter: createExposureCounter(), clock });
  install(holder, rulesetOf(1, { flag: {}, other: {} }));
  const handle = boolean("flag", false);
  expect(handle()).toBe(true);
  const first = new WeakRef(holder.installed ?? {});
  install(holder, rulesetOf(2, { flag: { enabled: false }, other: {} }));
  await collectGarbage();
  expect(first.deref()).toBe(undefined);
  expect(handle()).toBe(false);
});
