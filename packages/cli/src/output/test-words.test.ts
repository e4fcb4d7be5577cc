import { compileRuleset, explain, readRuleset } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { testWords } from "./test-words.ts";

/** What core says of one test for one value; `undefined` for an attribute that is missing. */
function words(op: string, values: readonly unknown[] | undefined, actual: unknown, ignoreCase = false): string {
  const when = {
    attribute: "a",
    op,
    ...(values === undefined ? {} : { values }),
    ...(ignoreCase ? { ignoreCase } : {}),
  };
  const flag = {
    version: 1,
    type: "boolean",
    seed: 1,
    variants: [{ key: "off", value: false }],
    enabled: true,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [{ id: "r", when, serve: { variant: "off" } }],
    fallthrough: { variant: "off" },
  };
  const source = { epoch: "e", revision: 1, project: "p", environment: "e", segments: {}, flags: { f: flag } };
  const { steps } = explain(compileRuleset(readRuleset(source)), "f", actual === undefined ? {} : { a: actual }, 0);
  const step = steps.find((each) => each.step === "rule");
  if (step?.step !== "rule" || step.when.kind !== "test") throw new Error(`no test came of ${op}`);
  return testWords(step.when);
}

describe("a test in words", () => {
  it.each<[string, readonly unknown[] | undefined, unknown, string]>([
    ["in", ["pro"], "pro", 'a is "pro", which is "pro"'],
    ["in", ["pro", "team"], "free", 'a is "free", which is not one of "pro", "team"'],
    ["in", ["pro", "team"], ["free", "x"], 'a is ["free","x"], which is not one of "pro", "team"'],
    ["in", ["pro"], "Pro", 'a is "Pro", which is not "pro" (upper and lower case differ)'],
    ["in", ["7"], 7, 'a is 7, which is not "7" (it is a number, and not a text)'],
    ["in", [true], "true", 'a is "true", which is not true (it is a text, and not a boolean)'],
    [
      "in",
      ["a", "b", "c", "d", "e", "f", "g"],
      "z",
      'a is "z", which is not one of "a", "b", "c", "d", "e" and 2 more',
    ],
    ["in", [], "z", 'a is "z", which is not any of no values'],
    ["in", ["pro"], null, 'a is null, which is not "pro"'],
    ["in", ["pro"], undefined, 'a is missing, and so is not "pro"'],
    ["contains", ["x"], "abc", 'a is "abc", which does not contain "x"'],
    ["startsWith", ["a", "b"], "abc", 'a is "abc", which starts with one of "a", "b"'],
    ["endsWith", ["c"], 3, 'a is 3, which does not end with "c" (it is a number, and endsWith looks at a text)'],
    ["matches", ["^b"], "abc", 'a is "abc", which does not match "^b"'],
    ["lessThan", [5], 7, "a is 7, which is not less than 5"],
    ["atLeast", [18], "19", 'a is "19", which is not at least 18 (it is a text, and atLeast looks at a number)'],
    ["atMost", [5], 5, "a is 5, which is at most 5"],
    ["greaterThan", [5], {}, 'a is "<object>", which is not greater than 5'],
    ["before", ["2026-01-01T00:00:00Z"], 0, 'a is 0, which is before "2026-01-01T00:00:00Z"'],
    ["semverAtLeast", ["2.1.0"], "2.0.3", 'a is "2.0.3", which is not a version from "2.1.0"'],
    ["semverEqual", ["2.1.0"], "2.1", 'a is "2.1", which is version "2.1.0"'],
    ["inCidr", ["10.0.0.0/8"], "11.0.0.1", 'a is "11.0.0.1", which is not within "10.0.0.0/8"'],
    ["exists", undefined, "x", 'a is there: "x"'],
    ["exists", undefined, undefined, "a is missing"],
    ["exists", undefined, null, "a is null, which counts as missing"],
  ])("%s %j of %j", (op, values, actual, sentence) => {
    expect(words(op, values, actual)).toBe(sentence);
  });

  it("says that case does not count", () => {
    expect(words("in", ["PRO"], "free", true)).toBe('a is "free", which is not "PRO", in upper or lower case');
  });
});
