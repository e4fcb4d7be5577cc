import type { JsonValue } from "../model.ts";
import { EQUALITY, elementOperator, type Operator, type Prepared, type ValueTest } from "./operator.ts";

type Scalar = string | number | boolean;

function scalar(value: JsonValue, ignoreCase: boolean): Scalar | undefined {
  if (typeof value === "string") return ignoreCase ? value.toLowerCase() : value;
  return typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function isScalar(value: JsonValue): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** So few are found sooner by looking through them, and take a tenth of the memory. */
const FEW = 8;

function oneOf(values: readonly Scalar[]): ValueTest {
  if (values.length <= FEW) return (value) => values.some((accepted) => accepted === value);
  const accepted: ReadonlySet<unknown> = new Set(values);
  // A Set finds NaN, and NaN equals nothing.
  return (value) => accepted.has(value) && !Number.isNaN(value);
}

const anyOf = elementOperator<Scalar>({
  parse: scalar,
  expected: "a string, number or boolean",
  test(values, ignoreCase) {
    const test = oneOf(values);
    return ignoreCase ? (value) => test(typeof value === "string" ? value.toLowerCase() : value) : test;
  },
});

/** Few values need no preparation, and most tests have few. */
const isIn: Operator = {
  ...anyOf,
  prepare: (values, ignoreCase) =>
    !ignoreCase && values.length <= FEW && values.every(isScalar) ? EQUALITY : anyOf.prepare(values, ignoreCase),
};

const exists: Operator = {
  sees: "attribute",
  takesValues: false,
  prepare(values): Prepared {
    const message = "exists takes no values. Leave values out; to ask for absence, put the test into a not.";
    if (values.length > 0) return { unusable: values.map((_, index) => ({ index, message })) };
    return { test: (value) => value !== undefined && value !== null };
  },
};

export const equalityOperators: readonly (readonly [string, Operator])[] = [
  ["in", isIn],
  ["exists", exists],
];
