import {
  aFlag,
  anyContext,
  anyRuleset,
  aRuleset,
  aSegment,
  collectGarbage,
  hostileContext,
  mutated,
  strangeValue,
} from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFlag } from "../check/flag.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { Condition, Flag, RulesetDocument } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { affectedFlags } from "./affected.ts";
import { type CompiledRuleset, compileRuleset, scopeOf } from "./ruleset.ts";

const compile = (source: RulesetDocument, previous?: CompiledRuleset) => compileRuleset(readRuleset(source), previous);
const rule = (when: Condition) => ({ id: "r", when, serve: { variant: "on" } });
const withRule = (when: Condition): Flag => aFlag({ rules: [rule(when)], fallthrough: { variant: "off" } });

/** As a document is after it has been sent: equal, and not the same object. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("compileRuleset", () => {
  it("compiles a flag when it is first asked for, and no other", () => {
    const unread = new Proxy(aFlag(), {
      get() {
        throw new Error("nobody asked for this flag");
      },
    });
    const compiled = compile(aRuleset({ flags: { f: aFlag(), unread } }));
    expect(compiled.flag("f")?.decide({}, 0).variant).toBe("on");
  });

  it("answers with an error, and never throws, where a document itself does", () => {
    const broken = new Proxy(aFlag(), {
      get() {
        throw new Error("broken");
      },
    });
    const flag = compile(aRuleset({ flags: { broken } })).flag("broken");
    expect(flag?.decide({}, 0)).toMatchObject({ reason: "ERROR", errorCode: "GENERAL", index: 0 });
    expect(flag?.outcomes).toHaveLength(1);
    expect([flag?.type, flag?.version, flag?.usesClock]).toEqual([undefined, 0, false]);
  });

  it("tries again where a flag was first asked for with the stack nearly used up", () => {
    const flag = compile(aRuleset({ flags: { f: withRule({ all: [{ not: { any: [] } }] }) } })).flag("f");
    const deepest = (): void => {
      try {
        deepest();
      } catch {
        flag?.decide({}, 0);
      }
    };
    deepest();
    expect(flag?.decide({}, 0)).toMatchObject({ variant: "on" });
  });

  it("tells type, version and findings of flags, and of those that cannot be read", () => {
    const compiled = compile(aRuleset({ flags: { f: aFlag({ version: 9 }), bad: { ...aFlag(), type: "x" } } }));
    expect(compiled.flag("f")).toMatchObject({ key: "f", type: "boolean", version: 9, findings: [] });
    expect(compiled.flag("bad")).toMatchObject({ key: "bad", type: undefined, version: 0 });
    expect(compiled.problems()).toMatchObject([{ flag: "bad", path: "type" }]);
    expect(compiled.flag("none")).toBe(undefined);
    const unwritten = compile(aRuleset({ flags: { f: undefined } })).flag("f");
    expect(unwritten?.decide({}, 0).errorCode).toBe("PARSE_ERROR");
  });

  it("numbers the outcomes that it shares between evaluations, and freezes them", () => {
    const flag = compile(aRuleset({ flags: { f: withRule({ attribute: "plan", op: "exists" }) } })).flag("f");
    const outcome = flag?.decide({ plan: 1 }, 0);
    expect(outcome).toBe(flag?.decide({ plan: 2 }, 0));
    expect(flag?.outcomes[outcome?.index ?? -1]).toBe(outcome);
    expect(Object.isFrozen(outcome)).toBe(true);
    expect(flag?.outcomes.map(({ index }) => index)).toEqual(flag?.outcomes.map((_, at) => at));
  });

  it("tells the outcomes that were served so far, in the order of their first time", () => {
    const on = { variant: "on" };
    const rule = { id: "r", when: { attribute: "plan", op: "exists" }, serve: on };
    const flag = compile(aRuleset({ flags: { f: aFlag({ rules: [rule], fallthrough: { variant: "off" } }) } })).flag(
      "f",
    );
    expect(flag?.outcomes).toEqual([]);
    flag?.decide({}, 0);
    flag?.decide({ plan: 1 }, 0);
    flag?.decide({}, 0);
    expect(flag?.outcomes.map(({ variant, ruleId }) => [variant, ruleId])).toEqual([
      ["off", undefined],
      ["on", "r"],
    ]);
  });

  it("knows who needs the clock, through segments and flags, and who does not", () => {
    const clock: Condition = { not: { any: [{ attribute: "$now", op: "after", values: [5] }] } };
    const flags = {
      direct: withRule(clock),
      bySegment: withRule({ segment: "s" }),
      byFlag: aFlag({ prerequisites: [{ flag: "bySegment", variants: ["on"] }] }),
      disabled: { ...withRule(clock), enabled: false },
      behindDisabled: withRule({ flag: "disabled", variants: ["on"] }),
      plain: withRule({ attribute: "now", op: "exists" }),
    };
    const compiled = compile(
      aRuleset({ flags, segments: { s: aSegment({ when: { segment: "t" } }), t: aSegment({ when: clock }) } }),
    );
    const users = Object.keys(flags).filter((key) => compiled.flag(key)?.usesClock);
    expect(users).toEqual(["direct", "bySegment", "byFlag"]);
  });
});

describe("references", () => {
  it("are followed once an evaluation, however many ways lead to them", () => {
    const depth = 60;
    const twice = (next: Condition): Condition => ({ any: [{ not: next }, { not: { not: next } }] });
    const flags = Object.fromEntries(
      Array.from({ length: depth }, (_, at) => [
        `f${at}`,
        withRule(at === 0 ? { any: [] } : twice({ flag: `f${at - 1}`, variants: ["x"] })),
      ]),
    );
    const segments = Object.fromEntries(
      Array.from({ length: depth }, (_, at) => [
        `s${at}`,
        aSegment({ when: at === 0 ? { any: [] } : twice({ all: [{ segment: `s${at - 1}` }, { any: [] }] }) }),
      ]),
    );
    const compiled = compile(aRuleset({ flags: { ...flags, f: withRule({ segment: `s${depth - 1}` }) }, segments }));
    expect(compiled.flag(`f${depth - 1}`)?.decide({}, 0).variant).toBe("on");
    expect(compiled.flag("f")?.decide({}, 0).variant).toBe("on");
  });

  it("see their own context, when an attribute's getter evaluates in the middle of an evaluation", () => {
    const inner = withRule({ attribute: "plan", op: "in", values: ["pro"] });
    const flags = {
      inner,
      outer: withRule({
        all: [
          { flag: "inner", variants: ["off"] },
          { attribute: "trap", op: "exists" },
          { flag: "inner", variants: ["off"] },
        ],
      }),
    };
    const compiled = compile(aRuleset({ flags }));
    const context = {
      plan: "free",
      get trap() {
        return compiled.flag("outer")?.decide({ plan: "pro" }, 0).variant;
      },
    };
    expect(compiled.flag("outer")?.decide(context, 0).variant).toBe("on");
  });
});

describe("from one ruleset to the next", () => {
  const flags = {
    plain: aFlag(),
    bySegment: withRule({ segment: "s" }),
    byOuter: withRule({ not: { segment: "outer" } }),
    byFlag: aFlag({ prerequisites: [{ flag: "bySegment", variants: ["on"] }] }),
    byNone: withRule({ flag: "later", variants: ["on"] }),
  };
  const segments = {
    s: aSegment({ included: ["u1"] }),
    outer: aSegment({ when: { segment: "s" } }),
    other: aSegment(),
  };
  const before = aRuleset({ flags, segments });
  const keys = [...Object.keys(flags), "later"];

  it.each<[string, RulesetDocument, readonly string[]]>([
    ["nothing", before, []],
    ["a flag alone", aRuleset({ flags: { ...flags, plain: aFlag({ version: 2 }) }, segments }), ["plain"]],
    [
      "a flag that another needs",
      aRuleset({ flags: { ...flags, bySegment: aFlag() }, segments }),
      ["bySegment", "byFlag"],
    ],
    [
      "a segment",
      aRuleset({ flags, segments: { ...segments, s: aSegment({ version: 2 }) } }),
      ["bySegment", "byOuter", "byFlag"],
    ],
    ["a segment that nobody uses", aRuleset({ flags, segments: { ...segments, other: aSegment({ version: 2 }) } }), []],
    [
      "a segment that goes",
      aRuleset({ flags, segments: { outer: segments.outer } }),
      ["bySegment", "byOuter", "byFlag"],
    ],
    ["a flag that goes", aRuleset({ flags: { ...flags, plain: undefined }, segments }), ["plain"]],
    [
      "a flag that comes and was waited for",
      aRuleset({ flags: { ...flags, later: aFlag() }, segments }),
      ["byNone", "later"],
    ],
  ])("replaces what is affected by %s, and keeps every other flag as the object it was", (_what, after, affected) => {
    const first = compile(before);
    for (const key of keys) first.flag(key)?.decide({}, 0);
    const second = compile(sent(after), first);
    const replaced = keys.filter((key) => first.flag(key) !== second.flag(key));
    expect(replaced).toEqual(affected);
    expect([...affectedFlags(first.ruleset, second.ruleset)].sort()).toEqual([...affected].sort());
    expect([...second.changed].sort()).toEqual([...affected].sort());
    expect([...first.changed]).toEqual([...first.ruleset.flags.keys()]);
  });

  it("keeps flags that were found and not asked yet, and compiles them in the newer ruleset", () => {
    const first = compile(before);
    const found = first.flag("byFlag");
    const second = compile(
      aRuleset({ flags: { ...flags, plain: aFlag({ version: 2 }) }, segments, revision: 2 }),
      first,
    );
    expect(second.flag("byFlag")).toBe(found);
    expect(second.flag("byFlag")?.decide({ targetingKey: "u1" }, 0).variant).toBe("on");
    expect(first.flag("byFlag")?.decide({ targetingKey: "u2" }, 0).variant).toBe("off");
  });

  it("compiles flags that nobody has looked for yet in either ruleset, alike", () => {
    const first = compile(before);
    const second = compile(aRuleset({ flags, segments, revision: 2 }), first);
    for (const key of keys) {
      expect(second.flag(key)?.decide({ targetingKey: "u1" }, 0)).toEqual(
        first.flag(key)?.decide({ targetingKey: "u1" }, 0),
      );
    }
  });

  it("holds no older ruleset by the flags that it has taken over from it and nobody has asked", async () => {
    let current = compile(before);
    for (const key of keys) current.flag(key);
    const first = new WeakRef(current);
    current = compile(aRuleset({ flags, segments, revision: 2 }), current);
    await collectGarbage();
    expect(first.deref()).toBe(undefined);
    expect(current.flag("byOuter")?.decide({}, 0).variant).toBe("on");
  });

  it("holds no older ruleset by the segments that it has taken over from it and nobody has asked", async () => {
    let current = compile(before);
    for (const key of Object.keys(segments)) expect(scopeOf(current)?.segment(key)).toBeDefined();
    const first = new WeakRef(current);
    current = compile(aRuleset({ flags, segments, revision: 2 }), current);
    await collectGarbage();
    expect(first.deref()).toBe(undefined);
    expect(current.flag("byOuter")?.decide({}, 0).variant).toBe("on");
  });

  it("has one object for all tests of an attribute", () => {
    const scope = scopeOf(compile(before));
    expect(scope?.attribute("plan")).toBe(scope?.attribute("plan"));
    expect(scope?.attribute("plan")).not.toBe(scope?.attribute("country"));
  });

  it("answers as a ruleset that is compiled afresh does", () => {
    fc.assert(
      fc.property(anyRuleset, anyRuleset, fc.array(anyContext, { minLength: 1, maxLength: 3 }), (a, b, contexts) => {
        const first = compile(a);
        for (const key of Object.keys(a.flags)) first.flag(key)?.decide(contexts[0], 7);
        const mixed = aRuleset({
          flags: { ...b.flags, ...pick(a.flags) },
          segments: { ...a.segments, ...pick(b.segments) },
        });
        const next = compile(mixed, first);
        const fresh = compile(mixed);
        for (const context of contexts) {
          for (const key of Object.keys(mixed.flags)) {
            expect(evaluate(next, key, context, false, 7)).toEqual(evaluate(fresh, key, context, false, 7));
          }
        }
      }),
    );
  });

  /** Every other one. */
  function pick<T>(documents: { readonly [key: string]: T }): { readonly [key: string]: T } {
    return Object.fromEntries(Object.entries(documents).filter((_, at) => at % 2 === 0));
  }
});

describe("whatever is in ruleset and context", () => {
  it("decides without a throw, and only by one of the flag's outcomes", () => {
    fc.assert(
      fc.property(
        anyRuleset,
        fc.oneof(
          anyContext.map((context) => () => context),
          hostileContext,
        ),
        fc.double(),
        (source, makeContext, now) => {
          const context = makeContext();
          const compiled = compile(source);
          for (const key of Object.keys(source.flags)) {
            const flag = compiled.flag(key);
            const outcome = flag?.decide(context, now);
            expect(flag?.outcomes.some((each) => each === outcome)).toBe(true);
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it("reads exactly the flags that the check finds nothing wrong with, in mutated rulesets too", () => {
    const place = fc.nat(100_000);
    const mutations = fc.array(fc.tuple(place, strangeValue), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        anyRuleset,
        mutations,
        fc.oneof(
          anyContext.map((context) => () => context),
          hostileContext,
        ),
        ({ flags, segments }, changes, makeContext) => {
          const context = makeContext();
          const documents = changes.reduce<unknown>((source, [at, value]) => mutated(source, at, value), {
            flags,
            segments,
          });
          const ruleset = { ...aRuleset({ flags, segments }), ...Object(documents) };
          if (typeof ruleset.flags !== "object" || ruleset.flags === null || Array.isArray(ruleset.flags)) return;
          const compiled = compile({ ...ruleset, segments });
          for (const [key, flag] of Object.entries(ruleset.flags)) {
            const refused = checkFlag(flag).length > 0;
            const outcome = compiled.flag(key)?.decide(context, 0);
            expect(outcome?.errorCode === "PARSE_ERROR").toBe(refused);
            expect(compiled.flag(key)?.type === undefined).toBe(refused);
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });
});
