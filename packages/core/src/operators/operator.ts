import type { JsonValue } from "../model.ts";

/** Whether one value of an attribute passes. Total: whatever it is given, it answers and never throws. */
export type ValueTest = (value: unknown) => boolean;

/** A value that the operator cannot use, by its position. */
export interface UnusableValue {
  readonly index: number;
  readonly message: string;
}

export interface PreparedTest {
  readonly test: ValueTest;
  /** Whether to pass is to equal one of the few `values`, which are compared in place: `test` is never asked then. */
  readonly isEquality?: true;
}

/** The same for all tests that are no more than equality, so that preparing one makes nothing. */
export const EQUALITY: PreparedTest = { test: () => false, isEquality: true };

/** A test, or why there is none: one unusable value suffices. */
export type Prepared = PreparedTest | { readonly unusable: readonly UnusableValue[] };

export interface Operator {
  /** `element`: a list passes where any element does. `attribute`: the test sees the attribute as it is. */
  readonly sees: "element" | "attribute";
  readonly takesValues: boolean;
  /** Parses `values` once, so that an evaluation compares and nothing else. */
  readonly prepare: (values: readonly JsonValue[], ignoreCase: boolean) => Prepared;
}

/** An operator over elements whose values are parsed one by one; `parse` answers `undefined` for one it cannot use. */
export function elementOperator<T>(description: {
  readonly parse: (value: JsonValue, ignoreCase: boolean) => T | undefined;
  /** What a usable value is, as in "a finite number". */
  readonly expected: string;
  readonly test: (parsed: readonly T[], ignoreCase: boolean) => ValueTest;
}): Operator {
  const { parse, expected, test } = description;
  return {
    sees: "element",
    takesValues: true,
    prepare(values, ignoreCase) {
      // By `map`, which makes a list with no room to spare, where the first `push` makes room for seventeen.
      const parsed = values.map((value) => parse(value, ignoreCase));
      if (!areAll(parsed)) return { unusable: unusableOf(values, parsed, expected) };
      return { test: test(parsed, ignoreCase) };
    },
  };
}

function areAll<T>(parsed: readonly (T | undefined)[]): parsed is readonly T[] {
  return !parsed.includes(undefined);
}

function unusableOf(
  values: readonly JsonValue[],
  parsed: readonly unknown[],
  expected: string,
): readonly UnusableValue[] {
  return values.flatMap((value, index) =>
    parsed[index] === undefined ? { index, message: `${shown(value)} is not ${expected}. Give ${expected}.` } : [],
  );
}

const SHOWN_LENGTH = 80;

/** A value as a message shows it: short, and never a whole document. */
export function shown(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return value === undefined ? "nothing" : String(value);
}
