import { aFlag, aRuleset } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "../compile/ruleset.ts";
import { readRuleset } from "../ruleset.ts";
import { breachOf, type Invariant } from "./invariant.ts";
import { SAMPLES, samplesFor } from "./samples.ts";

const pro = { attribute: "plan", op: "in", values: ["pro"] };
const onFor = (when: object) =>
  aFlag({ rules: [{ id: "r", when: when as never, serve: { variant: "on" } }], fallthrough: { variant: "off" } });
const rolledOut = (on: number, enabled = true) =>
  aFlag({ enabled, fallthrough: { rollout: { weights: { on, off: 100_000 - on } } } });

const flags: { readonly [key: string]: unknown } = {
  pros: onFor(pro),
  others: onFor({ not: pro }),
  late: onFor({ attribute: "$now", op: "after", values: ["1970-01-01T00:00:01Z"] }),
  tenth: rolledOut(10_000),
  disabled: rolledOut(10_000, false),
  leftOut: aFlag({ fallthrough: { rollout: { allocation: [[25_000, "on"]] } } }),
  off: aFlag({ fallthrough: { variant: "off" } }),
  broken: { ...aFlag(), seed: -1 },
};
const document = aRuleset({ flags });
const compiled = compileRuleset(readRuleset(document));
const breach = (invariant: Invariant, now = 0) => breachOf(invariant, compiled, now);
const context = { plan: "pro" };

describe("an invariant", () => {
  it.each<[string, Invariant]>([
    ["a flag serves what it should", { flag: "pros", context, serves: ["on"] }],
    ["a flag serves one of several", { flag: "pros", context, serves: ["off", "on"] }],
    ["two flags are apart on the contexts given", { never: both("pros", "others"), contexts: [context, {}] }],
    ["two flags are apart on contexts made up", { never: both("pros", "others") }],
    ["a rollout is as large as it has to be", { flag: "tenth", minimumPercentage: 10 }],
    ["left-out buckets are no part of it", { flag: "leftOut", minimumPercentage: 25 }],
    ["a disabled flag has no rollout", { flag: "disabled", minimumPercentage: 100 }],
    ["a flag that cannot be read opens nothing", { flag: "broken", minimumPercentage: 100 }],
  ])("holds where %s", (_, invariant) => {
    expect(breach(invariant)).toBe(undefined);
  });

  it.each<[string, Invariant, string]>([
    [
      "a flag serves another variant",
      { flag: "pros", context, serves: ["off"] },
      'pros serves on instead of off, with {"plan":"pro"}',
    ],
    [
      "a flag is not there",
      { flag: "none", context, serves: ["off", "on"] },
      'none serves none of its variants instead of off or on, with {"plan":"pro"}',
    ],
    [
      "a flag cannot be read",
      { flag: "broken", context, serves: ["on"] },
      'broken serves none of its variants instead of on, with {"plan":"pro"}',
    ],
    [
      "a rollout is too small",
      { flag: "tenth", minimumPercentage: 10.001 },
      "tenth is enabled and rolled out to 10 %, and at least 10.001 % are asked for",
    ],
    [
      "the off variant falls through",
      { flag: "off", minimumPercentage: 1 },
      "off is enabled and rolled out to 0 %, and at least 1 % are asked for",
    ],
  ])("does not hold where %s", (_, invariant, message) => {
    expect(breach(invariant)?.message).toBe(message);
  });

  it("goes by the clock", () => {
    const late = { flag: "late", context: {}, serves: ["off"] };
    expect(breach(late, 1_000)).toBe(undefined);
    expect(breach(late, 1_001)?.answers).toEqual([{ flag: "late", variant: "on" }]);
  });

  it("names the first context that has all at once", () => {
    const found = breach({ never: both("pros", "pros"), contexts: [{}, context, { plan: "pro", more: 1 }] });
    expect(found).toEqual({
      message: 'pros serves on and pros serves on, with {"plan":"pro"}',
      context,
      answers: [
        { flag: "pros", variant: "on" },
        { flag: "pros", variant: "on" },
      ],
    });
  });
});

describe("contexts that are made up", () => {
  const made = samplesFor(["pros"], [document]);

  it("have every value that is tested, another one, and none, each with a key of its own", () => {
    expect(made).toHaveLength(SAMPLES);
    expect(new Set(made.map(({ plan }) => plan))).toEqual(new Set(["pro", "another", undefined]));
    expect(new Set(made.map(({ targetingKey }) => targetingKey)).size).toBe(SAMPLES);
  });

  it("are the same each time, and nothing of flags that were not asked about", () => {
    expect(samplesFor(["pros"], [document])).toEqual(made);
    expect(made.some((one) => Object.keys(one).some((name) => name !== "plan" && name !== "targetingKey"))).toBe(false);
  });

  it("do not run in circles", () => {
    const a = onFor({ flag: "b", variants: ["on"] });
    const b = onFor({ flag: "a", variants: ["on"] });
    expect(samplesFor(["a"], [aRuleset({ flags: { a, b } })])).toHaveLength(SAMPLES);
  });
});

function both(...keys: readonly string[]) {
  return keys.map((flag) => ({ flag, variant: "on" }));
}
