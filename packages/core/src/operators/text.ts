import type { JsonValue } from "../model.ts";
import { elementOperator, type Operator } from "./operator.ts";

/** Longer text fails `matches`, so that no pattern can stall an evaluation. UTF-16 units. */
export const MAX_MATCHED_LENGTH = 1_024;

function textOperator(passes: (text: string, part: string) => boolean): Operator {
  return elementOperator<string>({
    parse: (value: JsonValue, ignoreCase) => {
      if (typeof value !== "string") return undefined;
      return ignoreCase ? value.toLowerCase() : value;
    },
    expected: "a string",
    test: (parts, ignoreCase) => (value) => {
      if (typeof value !== "string") return false;
      const text = ignoreCase ? value.toLowerCase() : value;
      for (const part of parts) if (passes(text, part)) return true;
      return false;
    },
  });
}

function pattern(value: JsonValue, ignoreCase: boolean): RegExp | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return new RegExp(value, ignoreCase ? "iu" : "u");
  } catch {
    return undefined;
  }
}

const matches = elementOperator<RegExp>({
  parse: pattern,
  expected: "a regular expression that JavaScript accepts with its u flag",
  test: (patterns) => (value) => {
    if (typeof value !== "string" || value.length > MAX_MATCHED_LENGTH) return false;
    for (const each of patterns) if (each.test(value)) return true;
    return false;
  },
});

export const textOperators: readonly (readonly [string, Operator])[] = [
  ["contains", textOperator((text, part) => text.includes(part))],
  ["startsWith", textOperator((text, part) => text.startsWith(part))],
  ["endsWith", textOperator((text, part) => text.endsWith(part))],
  ["matches", matches],
];
