/**
 * Which kind a condition is of. Absent and undefined are the same: a document may have been written as a JavaScript
 * object. One function for each kind, since engines find a field sooner whose name stands in the code.
 */
import type { AttributeTest, Condition, FlagReference } from "./model.ts";

type Kinds = "all" | "any" | "not" | "segment" | "flag" | "attribute";
type Fields = { readonly [kind in Kinds]?: unknown };
type Of<K extends Kinds> = Extract<Condition, { readonly [kind in K]: unknown }>;

export function isAll(condition: Condition): condition is Of<"all"> {
  const { all }: Fields = condition;
  return all !== undefined;
}

export function isAny(condition: Condition): condition is Of<"any"> {
  const { any }: Fields = condition;
  return any !== undefined;
}

export function isNot(condition: Condition): condition is Of<"not"> {
  const { not }: Fields = condition;
  return not !== undefined;
}

export function isMembership(condition: Condition): condition is Of<"segment"> {
  const { segment }: Fields = condition;
  return segment !== undefined;
}

export function isReference(condition: Condition): condition is FlagReference {
  const { flag }: Fields = condition;
  return flag !== undefined;
}

export function isTest(condition: Condition): condition is AttributeTest {
  const { attribute }: Fields = condition;
  return attribute !== undefined;
}
