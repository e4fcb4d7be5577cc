import type { JsonValue } from "../model.ts";
import { elementOperator, type Operator } from "./operator.ts";

export function finiteNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/**
 * To pass for any of several values is to pass for the easiest of them, so one bound is left: the greatest where less
 * is asked for, the least where more is. Of no value at all it is one that nothing finite passes.
 */
export const greatest = (values: readonly number[]) =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
export const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

function numberOperator(
  boundOf: (values: readonly number[]) => number,
  passes: (value: number, bound: number) => boolean,
): Operator {
  return elementOperator<number>({
    parse: (value: JsonValue) => finiteNumber(value),
    expected: "a finite number",
    test(values) {
      const bound = boundOf(values);
      return (value) => typeof value === "number" && Number.isFinite(value) && passes(value, bound);
    },
  });
}

export const orderOperators: readonly (readonly [string, Operator])[] = [
  ["lessThan", numberOperator(greatest, (value, bound) => value < bound)],
  ["atMost", numberOperator(greatest, (value, bound) => value <= bound)],
  ["greaterThan", numberOperator(least, (value, bound) => value > bound)],
  ["atLeast", numberOperator(least, (value, bound) => value >= bound)],
];
