import { describe, expect, it } from "vitest";
import { forecast } from "./forecast.ts";
import { judge } from "./judge.ts";
import { guardOf } from "./read-guard.ts";
import { question, side, sums } from "./testing/questions.ts";

const errors = guardOf({ metric: "checkout", measure: "errors" });

describe("forecast", () => {
  /** Medians of simulated releases, from the design; a mean count gives about the median. */
  it.each([
    [0.001, 490],
    [0.01, 400],
    [0.05, 214],
  ])("at a base of %d rules harm out by some %d treated outcomes", (base, expected) => {
    const { passOutcomes = 0 } = forecast({ guard: errors, percentage: 5, base }) ?? {};
    expect(passOutcomes).toBeGreaterThan(expected * 0.6);
    expect(passOutcomes).toBeLessThan(expected * 1.5);
  });

  it("says when a doubling is noticed, at the traffic that there is", () => {
    const found = forecast({ guard: errors, percentage: 5, perSecond: 100 });
    expect(found?.what).toBe("errors 1 % → 2 %");
    // The median of simulated releases is 290 s, 1,420 treated outcomes.
    expect(found?.detectOutcomes).toBeGreaterThan(900);
    expect(found?.detectOutcomes).toBeLessThan(1_900);
    expect(found?.detectMs).toBe(Math.ceil(((found?.detectOutcomes ?? 0) * 1_000) / 5));
  });

  it("wants more of several guards and steps, and no time where the traffic is not known", () => {
    const one = forecast({ guard: errors, percentage: 5 });
    const many = forecast({ guard: errors, percentage: 5, guards: 3, steps: 4 });
    expect(many?.detectOutcomes).toBeGreaterThan(one?.detectOutcomes ?? Number.POSITIVE_INFINITY);
    expect(one?.detectMs).toBeUndefined();
  });

  it("counts the parallel runs after which none that differs has shown enough", () => {
    const guard = guardOf({ metric: "checkout", measure: "mismatches" });
    const { passOutcomes = 0, passMs } = forecast({ guard, percentage: 10, perSecond: 50 }) ?? {};
    const says = (runs: number) => {
      const rows = [side("candidate", sums(runs), { metric: "$mismatches" })];
      return judge(question(rows, { guards: [guard] })).verdict;
    };
    expect([says(passOutcomes), says(passOutcomes - 1)]).toEqual(["pass", "wait"]);
    expect(passMs).toBe(passOutcomes * 200);
  });

  it.each([
    ["of latency, by what lies above the quantile", { measure: "latency" }, 5, "latency 5 % → 10 %"],
    ["of successes that must not fall", { measure: "errors", higherIsWorse: false }, 5, "errors 1 % → 0.5 %"],
    ["of mismatches, for everybody too", { measure: "mismatches" }, 100, "mismatches 0 % → 0.2 %"],
    ["of parallel runs, for everybody too", { measure: "errors", source: "parallelRun" }, 100, "errors 1 % → 2 %"],
    ["not of means", { measure: "value" }, 5, undefined],
    ["not for everybody", { measure: "errors" }, 100, undefined],
    ["not of other sources", { measure: "errors", source: { prometheus: "x" } }, 5, undefined],
  ] as const)("is there %s", (_, guard, percentage, what) => {
    expect(forecast({ guard: guardOf({ metric: "m", ...guard }), percentage })?.what).toBe(what);
  });
});
