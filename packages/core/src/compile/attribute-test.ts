import type { Problems } from "../check/inspection.ts";
import { isList } from "../json.ts";
import type { AttributeTest } from "../model.ts";
import { operators } from "../operators/index.ts";
import type { Operator, ValueTest } from "../operators/operator.ts";

/** The test of one value, ready to be asked. */
export interface ElementTest {
  /** Never asked where `oneOf` says it. */
  readonly test: ValueTest;
  /** Where the test is no more than equality with one of a few, these: compared in place, they cost no call. */
  readonly oneOf: readonly unknown[] | undefined;
}

/** The test of an attribute's value. */
export interface CompiledTest extends ElementTest {
  readonly sees: Operator["sees"];
}

const nothingPasses: ValueTest = () => false;

/** What is no test of an attribute, or is one that is not understood: nothing passes it. */
export const NO_TEST: CompiledTest = { sees: "attribute", test: nothingPasses, oneOf: undefined };

/** Compiles the test of a value. One that is not understood is reported, and no value passes it. */
export function compileTest({ op, values = [], ignoreCase }: AttributeTest, problems: Problems): CompiledTest {
  const operator = operators.get(op);
  if (operator === undefined) {
    problems.add(
      `The operator ${JSON.stringify(op)} is not known here. A newer version of this software may know it.`,
      "op",
    );
    return NO_TEST;
  }
  const prepared = operator.prepare(values, ignoreCase === true);
  // The document's own values are held, and no copy.
  if ("test" in prepared)
    return { sees: operator.sees, test: prepared.test, oneOf: prepared.isEquality ? values : undefined };
  for (const { index, message } of prepared.unusable) problems.add(message, `values[${index}]`);
  return NO_TEST;
}

/** Whether an attribute's value passes. A list passes where any element does, one level deep. */
export function passes(compiled: CompiledTest, value: unknown): boolean {
  return compiled.sees === "attribute" ? passesAlone(compiled, value) : elementPasses(compiled, value);
}

/** `passes` of a test that sees elements. */
export function elementPasses(test: ElementTest, value: unknown): boolean {
  return typeof value === "object" && isList(value) ? anyPasses(value, test) : passesAlone(test, value);
}

/** The same for one value, or one element of a list. */
export function passesAlone({ oneOf, test }: ElementTest, value: unknown): boolean {
  if (oneOf === undefined) return test(value);
  for (let at = 0; at < oneOf.length; at++) if (oneOf[at] === value) return true;
  return false;
}

/** A longer list may have holes without number, so it is gone through by what it holds. */
const LONG = 10_000;

function anyPasses(values: readonly unknown[], test: ElementTest): boolean {
  if (values.length > LONG)
    return Object.keys(values).some((key) => isPosition(key) && passesAlone(test, values[Number(key)]));
  for (let at = 0; at < values.length; at++) if (passesAlone(test, values[at])) return true;
  return false;
}

/** Whether a list's own key is that of an element, and no field that it was given. 2^32 - 1 can only be a length. */
const isPosition = (key: string): boolean => String(Number(key) >>> 0) === key && key !== "4294967295";
