import { attributeReader, NOW } from "../attributes.ts";
import type { Inspection } from "../check/inspection.ts";
import type { AttributeTest } from "../model.ts";
import { operators } from "../operators/index.ts";
import type { Operator, ValueTest } from "../operators/operator.ts";
import type { Holds } from "./linked.ts";

/** Compiles an attribute test. One that is not understood is reported, and holds nowhere. */
export function compileTest(test: AttributeTest, problems: Inspection): Holds {
  const passes = compileValueTest(test, problems);
  if (test.attribute === NOW) return (_attributes, now) => passes(now);
  const read = attributeReader(test.attribute);
  return (attributes) => passes(read(attributes));
}

/** The test of the attribute's value, a list or not. */
export function compileValueTest({ op, values = [], ignoreCase }: AttributeTest, problems: Inspection): ValueTest {
  const operator = operators.get(op);
  if (operator === undefined) {
    problems.add(
      `The operator ${JSON.stringify(op)} is not known here. A newer version of this software may know it.`,
      "op",
    );
    return () => false;
  }
  const prepared = operator.prepare(values, ignoreCase === true);
  if ("test" in prepared) return onLists(operator, prepared.test);
  for (const { index, message } of prepared.unusable) problems.add(message, `values[${index}]`);
  return () => false;
}

/** A list passes where any element does, one level deep. */
function onLists({ sees }: Operator, test: ValueTest): ValueTest {
  if (sees === "attribute") return test;
  return (value) => (typeof value === "object" && Array.isArray(value) ? anyPasses(value, test) : test(value));
}

function anyPasses(values: readonly unknown[], test: ValueTest): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}
