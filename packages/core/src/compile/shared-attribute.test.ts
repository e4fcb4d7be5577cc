import { aFlag, anyRuleset, aRuleset, collectGarbage, hostileContext } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Condition } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { type CompiledRuleset, compileRuleset } from "./ruleset.ts";

const is = (attribute: string, value: string): Condition => ({ attribute, op: "in", values: [value] });

/** Five rules, each with two tests. */
const fiveRules = aFlag({
  rules: ["a", "b", "c", "d", "e"].map((country) => ({
    id: country,
    when: { all: [is("plan", "pro"), is("country", country)] },
    serve: { variant: "on" },
  })),
  fallthrough: { variant: "off" },
});

const compile = (): CompiledRuleset => compileRuleset(readRuleset(aRuleset({ flags: { f: fiveRules, g: fiveRules } })));

/** A context that notes what is looked for in it, and runs `meddle` before each answer. */
function noting(attributes: object, meddle: () => void = () => {}) {
  const looks: PropertyKey[] = [];
  const context = new Proxy(attributes, {
    getOwnPropertyDescriptor(target, name) {
      looks.push(name);
      meddle();
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  return { context, looks };
}

const ruleFor = (compiled: CompiledRuleset, context: unknown, key = "f") =>
  compiled.flag(key)?.decide(context, 0).ruleId;

describe("an attribute that several rules test", () => {
  it("is looked up once for each evaluation", () => {
    const compiled = compile();
    const { context, looks } = noting({ plan: "pro", country: "e" });
    expect(ruleFor(compiled, context)).toBe("e");
    expect(looks).toEqual(["plan", "country"]);
    expect(ruleFor(compiled, context, "g")).toBe("e");
    expect(looks).toEqual(["plan", "country", "plan", "country"]);
  });

  it("is looked up once for all flags where all are asked", () => {
    const { context, looks } = noting({ plan: "pro", country: "e" });
    const found: (string | undefined)[] = [];
    compile().decideAll(context, 0, ({ key }, { ruleId }) => found.push(key, ruleId));
    expect(found).toEqual(["f", "e", "g", "e"]);
    expect(looks).toEqual(["plan", "country"]);
  });

  it("is looked up again for the next evaluation, of the same context too", () => {
    const compiled = compile();
    const context = { plan: "pro", country: "a" };
    expect(ruleFor(compiled, context)).toBe("a");
    context.country = "d";
    expect(ruleFor(compiled, context)).toBe("d");
    context.plan = "free";
    expect(ruleFor(compiled, context)).toBe(undefined);
  });

  it("is not taken for another context's that was evaluated in between, by a getter", () => {
    const compiled = compile();
    const other = { plan: "free", country: "a" };
    const { context } = noting({ plan: "pro", country: "e" }, () => {
      expect(ruleFor(compiled, other)).toBe(undefined);
    });
    expect(ruleFor(compiled, context)).toBe("e");
  });

  it("is not remembered where reading it threw", () => {
    const compiled = compile();
    let broken = true;
    const { context } = noting({ plan: "pro", country: "b" }, () => {
      if (broken) throw new Error("not now");
    });
    expect(compiled.flag("f")?.decide(context, 0).errorCode).toBe("GENERAL");
    broken = false;
    expect(ruleFor(compiled, context)).toBe("b");
  });

  it.each<[string, () => object, string | undefined]>([
    ["list", () => ["free", "pro"], "c"],
    ["object", () => ({ pro: "pro" }), undefined],
    ["function", () => () => "pro", undefined],
  ])("keeps no object of a context's alive: no %s", async (_what, makePlan, expected) => {
    const compiled = compile();
    const evaluateOnce = () => {
      const plan = makePlan();
      expect(ruleFor(compiled, { plan, country: "c" })).toBe(expected);
      return new WeakRef(plan);
    };
    const plan = evaluateOnce();
    await collectGarbage();
    expect(plan.deref()).toBe(undefined);
    expect(ruleFor(compiled, { plan: "pro", country: "c" })).toBe("c");
  });
});

describe("decideAll", () => {
  it("gives every flag's own answer, in the ruleset's order", () => {
    fc.assert(
      fc.property(anyRuleset, hostileContext, (source, make) => {
        const together: [string, unknown][] = [];
        const ruleset = readRuleset(source);
        compileRuleset(ruleset).decideAll(make(), 7, ({ key }, outcome) => together.push([key, outcome]));
        const compiled = compileRuleset(ruleset);
        const alone = Array.from(ruleset.flags.keys(), (key) => [key, compiled.flag(key)?.decide(make(), 7)]);
        expect(together.map(withoutIndex)).toEqual(alone.map(withoutIndex));
      }),
      { numRuns: runs(200) },
    );
  });
});

/** Where an outcome stands in its flag's list depends on which came first. */
function withoutIndex([key, outcome]: readonly unknown[]) {
  const { index: _, ...answer } = Object(outcome);
  return [key, answer];
}
