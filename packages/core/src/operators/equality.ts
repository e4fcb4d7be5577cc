import type { JsonValue } from "../model.ts";
import { elementOperator, type Operator, type Prepared, type ValueTest } from "./operator.ts";

type Scalar = string | number | boolean;

function scalar(value: JsonValue, ignoreCase: boolean): Scalar | undefined {
  if (typeof value === "string") return ignoreCase ? value.toLowerCase() : value;
  return typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

/** So few are found sooner by looking through them, and take a tenth of the memory. */
const FEW = 8;

function oneOf(values: readonly Scalar[]): ValueTest {
  if (values.length > FEW) {
    const accepted: ReadonlySet<unknown> = new Set(values);
    // A Set finds NaN, and NaN equals nothing.
    return (value) => accepted.has(value) && !Number.isNaN(value);
  }
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  return (value) => {
    for (const accepted of values) if (accepted === value) return true;
    return false;
  };
}

const isIn = elementOperator<Scalar>({
  parse: scalar,
  expected: "a string, number or boolean",
  isEquality: (values, ignoreCase) => !ignoreCase && values.length <= FEW,
  test(values, ignoreCase) {
    const test = oneOf(values);
    return ignoreCase ? (value) => test(typeof value === "string" ? value.toLowerCase() : value) : test;
  },
});

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
