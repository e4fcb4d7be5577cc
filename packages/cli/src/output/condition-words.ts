/** A condition in words: `plan is "pro" and in segment staff`. */
import type { Condition } from "@bannerol/core";
import { printable } from "./printable.ts";
import { askedWords } from "./test-words.ts";

/** On one line; parts that are joined themselves stand in brackets. */
export function conditionWords(condition: Condition): string {
  if ("all" in condition) return joined(condition.all, " and ", "everybody");
  if ("any" in condition) return joined(condition.any, " or ", "nobody");
  if ("not" in condition) return `not ${bracketed(condition.not)}`;
  if ("segment" in condition) return `in segment ${printable(condition.segment)}`;
  if ("flag" in condition)
    return `flag ${printable(condition.flag)} serves ${condition.variants.map(printable).join(" or ")}`;
  return askedWords(condition);
}

function joined(parts: readonly Condition[], word: string, none: string): string {
  const [only] = parts;
  if (only === undefined) return none;
  return parts.length === 1 ? conditionWords(only) : parts.map(bracketed).join(word);
}

function bracketed(condition: Condition): string {
  const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : [];
  return parts.length > 1 ? `(${conditionWords(condition)})` : conditionWords(condition);
}
