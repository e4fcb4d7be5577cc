import { aFlag, anyContext, anyRuleset, aRuleset, hostileContext } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CompiledRuleset, compileRuleset } from "../compile/ruleset.ts";
import type { Condition, RulesetDocument } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { evaluate } from "./evaluate.ts";
import { explain } from "./explain.ts";

const compile = (source: RulesetDocument): CompiledRuleset => compileRuleset(readRuleset(source));

function whoPasses(when: Condition): CompiledRuleset {
  const rules = [{ id: "r", when, serve: { variant: "on" } }];
  return compile(aRuleset({ flags: { f: aFlag({ rules, fallthrough: { variant: "off" } }) } }));
}

/** A flag for each level, every one of which asks the level below twice. */
function doublingFlags(levels: number): RulesetDocument {
  const flags = Array.from({ length: levels }, (_, at) => {
    const below = { flag: `f${at + 1}`, variants: ["on"] };
    const asked: Condition = { attribute: "plan", op: "in", values: ["pro"] };
    const when: Condition = at === levels - 1 ? asked : { all: [below, { not: { not: below } }] };
    return [
      `f${at}`,
      aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }], fallthrough: { variant: "off" } }),
    ] as const;
  });
  return aRuleset({ flags: Object.fromEntries(flags) });
}

/** A context that counts how often it is looked into. */
function counting(attributes: object): { readonly context: object; readonly looks: () => number } {
  let looks = 0;
  const context = new Proxy(attributes, {
    getOwnPropertyDescriptor(target, name) {
      looks += 1;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  return { context, looks: () => looks };
}

describe("a hostile context", () => {
  it("is answered without a throw, twice alike, and explained as it is answered", () => {
    fc.assert(
      fc.property(anyRuleset, hostileContext, fc.double(), (source, make, now) => {
        const compiled = compile(source);
        for (const key of [...Object.keys(source.flags), "no-flag"]) {
          const answer = evaluate(compiled, key, make(), false, now);
          expect(evaluate(compiled, key, make(), false, now)).toEqual(answer);
          const { value, ...decision } = answer;
          const explained = explain(compiled, key, make(), now);
          expect(explained).toMatchObject("errorCode" in decision ? decision : { ...decision, value });
          expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it("leaves nothing behind that a later evaluation could see", () => {
    fc.assert(
      fc.property(anyRuleset, hostileContext, anyContext, (source, makeHostile, context) => {
        const used = compile(source);
        const fresh = compile(source);
        for (const key of Object.keys(source.flags)) {
          evaluate(used, key, makeHostile(), false, 7);
          explain(used, key, makeHostile(), 7);
          expect(evaluate(used, key, context, false, 7)).toEqual(evaluate(fresh, key, context, false, 7));
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it("may evaluate flags itself while it is looked into, and changes no answer by it", () => {
    fc.assert(
      fc.property(anyRuleset, anyContext, anyContext, (source, context, other) => {
        const compiled = compile(source);
        const fresh = compile(source);
        const keys = Object.keys(source.flags);
        const meddling = new Proxy(context, {
          getOwnPropertyDescriptor(target, name) {
            for (const key of keys) evaluate(compiled, key, other, false, 8);
            return Reflect.getOwnPropertyDescriptor(target, name);
          },
        });
        for (const key of keys) {
          expect(evaluate(compiled, key, meddling, false, 7)).toEqual(evaluate(fresh, key, context, false, 7));
        }
      }),
      { numRuns: runs(100) },
    );
  });

  it("cannot make an evaluation endless by a list that has no end, or says that it has none", () => {
    const compiled = whoPasses({ attribute: "tags", op: "contains", values: ["pro"] });
    const endless = Object.assign(["team"], {
      *[Symbol.iterator]() {
        for (;;) yield "never";
      },
    });
    const sparse: unknown[] = [];
    sparse[2 ** 32 - 2] = "pro";
    const boasting = new Proxy(["team"], {
      get: (target, name) => (name === "length" ? Number.MAX_SAFE_INTEGER : Reflect.get(target, name)),
    });
    const variantFor = (tags: unknown) => evaluate(compiled, "f", { tags }, false, 0).variant;
    expect([endless, sparse, boasting].map(variantFor)).toEqual(["off", "on", "off"]);
  });

  it("is explained with the holes of its lists", () => {
    const [, step] = explain(whoPasses({ attribute: "tags", op: "in", values: [1] }), "f", { tags: Array(2) }, 0).steps;
    expect(step).toMatchObject({ when: { actual: ["<undefined>", "<undefined>"] } });
  });

  it("finds the one element that passes in a long list, and no property that is no element", () => {
    const compiled = whoPasses({ attribute: "tags", op: "in", values: ["pro"] });
    const long: unknown[] = Array.from({ length: 200_000 }, (_, at) => at);
    const passes = () => evaluate(compiled, "f", { tags: long }, false, 0).variant;
    Object.assign(long, { plan: "pro" });
    expect(passes()).toBe("off");
    long[199_999] = "pro";
    expect(passes()).toBe("on");
  });
});

describe("references that double at every level", () => {
  it("are followed once each", () => {
    const { context, looks } = counting({ plan: "pro" });
    const compiled = compile(doublingFlags(64));
    expect(evaluate(compiled, "f0", context, false, 0)).toMatchObject({ variant: "on", ruleId: "r" });
    expect(looks()).toBeLessThan(1_000);
    explain(compiled, "f0", context, 0);
    expect(looks()).toBeLessThan(2_000);
  });

  it("are followed once each among segments", () => {
    const segments = Object.fromEntries(
      Array.from({ length: 64 }, (_, at) => {
        const below = { segment: `s${at + 1}` };
        const when = at === 63 ? { attribute: "plan", op: "exists" } : { any: [below, { not: { not: below } }] };
        return [`s${at}`, { version: 1, included: [], excluded: [], when }];
      }),
    );
    const rules = [{ id: "r", when: { segment: "s0" }, serve: { variant: "on" } }];
    const flags = { f: aFlag({ rules, fallthrough: { variant: "off" } }) };
    const { context, looks } = counting({});
    expect(evaluate(compile(aRuleset({ flags, segments })), "f", context, false, 0).variant).toBe("off");
    expect(looks()).toBeLessThan(1_000);
  });
});
