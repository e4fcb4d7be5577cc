import { attributeReader, NOW, own } from "../attributes.ts";
import type { Inspection } from "../check/inspection.ts";
import { isList } from "../json.ts";
import type { AttributeTest } from "../model.ts";
import { operators } from "../operators/index.ts";
import type { Operator, ValueTest } from "../operators/operator.ts";
import type { Holds } from "./linked.ts";

/** Compiles an attribute test. One that is not understood is reported, and holds nowhere. */
export function compileTest(test: AttributeTest, problems: Inspection): Holds {
  const { attribute } = test;
  const { sees, test: passes } = prepare(test, problems);
  if (sees === "element" && attribute !== NOW && !attribute.includes(".")) return ofElements(attribute, passes);
  const passesWhole = onLists(sees, passes);
  if (attribute === NOW) return (_attributes, now) => passesWhole(now);
  const read = attributeReader(attribute);
  return (attributes) => passesWhole(read(attributes));
}

/** The common case in one function instead of three: two calls less, and 200 bytes less for each test. */
function ofElements(name: string, passes: ValueTest): Holds {
  return (attributes) => {
    const value = own(attributes, name);
    return isList(value) ? anyPasses(value, passes) : passes(value);
  };
}

/** The test of the attribute's value, a list or not. */
export function compileValueTest(test: AttributeTest, problems: Inspection): ValueTest {
  const { sees, test: passes } = prepare(test, problems);
  return onLists(sees, passes);
}

/** A test, and what of an attribute it sees. */
type Seeing = Pick<Operator, "sees"> & { readonly test: ValueTest };

const NEVER: Seeing = { sees: "attribute", test: () => false };

function prepare({ op, values = [], ignoreCase }: AttributeTest, problems: Inspection): Seeing {
  const operator = operators.get(op);
  if (operator === undefined) {
    problems.add(
      `The operator ${JSON.stringify(op)} is not known here. A newer version of this software may know it.`,
      "op",
    );
    return NEVER;
  }
  const prepared = operator.prepare(values, ignoreCase === true);
  if ("test" in prepared) return { sees: operator.sees, test: prepared.test };
  for (const { index, message } of prepared.unusable) problems.add(message, `values[${index}]`);
  return NEVER;
}

/** A list passes where any element does, one level deep. */
function onLists(sees: Operator["sees"], test: ValueTest): ValueTest {
  if (sees === "attribute") return test;
  return (value) => (isList(value) ? anyPasses(value, test) : test(value));
}

/** A longer list may have holes without number, so it is gone through by what it holds. */
const LONG = 10_000;

function anyPasses(values: readonly unknown[], test: ValueTest): boolean {
  if (values.length > LONG) return Object.keys(values).some((key) => isPosition(key) && test(values[Number(key)]));
  for (let at = 0; at < values.length; at++) if (test(values[at])) return true;
  return false;
}

/** Whether a list's own key is that of an element, and no field that it was given. 2^32 - 1 can only be a length. */
const isPosition = (key: string): boolean => String(Number(key) >>> 0) === key && key !== "4294967295";
