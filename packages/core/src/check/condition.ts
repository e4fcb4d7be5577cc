import { isJson, isList, isRecord, type JsonRecord, MAX_NESTING } from "../json.ts";
import type { JsonValue } from "../model.ts";
import { operators } from "../operators/index.ts";
import type { Operator } from "../operators/operator.ts";
import { checkBoolean, checkReference, checkText, namesOf } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";

const MAX_CONDITION_DEPTH = 16;
const MAX_CONDITION_TESTS = 1_000;
/** UTF-16 units. Whether a longer pattern is harmless cannot be proved in the time that a write may take. */
export const MAX_PATTERN_LENGTH = 256;

/** What a rule's or a segment's `when` has to be. */
export const checkCondition: Check = (value, inspection) => {
  inspection.depth = 0;
  inspection.tests = 0;
  checkPart(value, inspection);
  inspection.limit(inspection.tests, MAX_CONDITION_TESTS, "tests in this condition");
};

const checkPart: Check = (value, inspection) => {
  if (!isRecord(value))
    return inspection.expected("a condition: an object with all, any, not, segment, flag or attribute", value);
  inspection.depth += 1;
  if (isTooDeep(inspection)) inspection.exceeds(tooDeep(inspection));
  else checkKind(value, inspection);
  inspection.depth -= 1;
};

function isTooDeep({ depth, forWriter }: Inspection): boolean {
  return depth > (forWriter ? MAX_CONDITION_DEPTH : MAX_NESTING);
}

function tooDeep({ forWriter }: Inspection): string {
  const most = forWriter ? MAX_CONDITION_DEPTH : MAX_NESTING;
  return `Conditions nest more than ${most} deep here. Move a part into a segment.`;
}

function checkKind(condition: JsonRecord, inspection: Inspection): void {
  let found: Kind | undefined;
  for (const kind of kinds) {
    if (condition[kind.name] === undefined) continue;
    if (found !== undefined) {
      twoKinds(found, kind, inspection);
      return;
    }
    found = kind;
  }
  if (found !== undefined) found.check(condition, inspection);
  else if (inspection.forWriter) {
    inspection.add(`A condition of an unknown kind. Give it one of ${namesOf(kinds.map(({ name }) => name))}.`);
  }
}

function twoKinds(a: Kind, b: Kind, inspection: Inspection): void {
  inspection.add(
    `A condition is of one kind, and this has ${a.name} and ${b.name}. Split it in two, and join them by all or any.`,
  );
}

const checkParts = listOf("conditions", checkPart);

const combination =
  (name: string, check: Check) =>
  (condition: JsonRecord, inspection: Inspection): void => {
    inspection.only(condition, [name]);
    inspection.required(condition, name, check);
  };

const leaf =
  (check: (condition: JsonRecord, inspection: Inspection) => void) =>
  (condition: JsonRecord, inspection: Inspection): void => {
    inspection.tests += 1;
    check(condition, inspection);
  };

interface Kind {
  readonly name: string;
  readonly check: (condition: JsonRecord, inspection: Inspection) => void;
}

const kinds: readonly Kind[] = [
  { name: "attribute", check: leaf(checkAttributeTest) },
  { name: "all", check: combination("all", checkParts) },
  { name: "any", check: combination("any", checkParts) },
  { name: "not", check: combination("not", checkPart) },
  { name: "segment", check: leaf(combination("segment", checkText)) },
  { name: "flag", check: leaf(checkReference) },
];

function checkAttributeTest(test: JsonRecord, inspection: Inspection): void {
  inspection.only(test, ["attribute", "op", "values", "ignoreCase"]);
  inspection.required(test, "attribute", checkText);
  inspection.required(test, "op", checkOperatorName);
  inspection.optional(test, "ignoreCase", checkBoolean);
  const operator = typeof test.op === "string" ? operators.get(test.op) : undefined;
  if (operator === undefined) return;
  if (operator.takesValues) inspection.required(test, "values", checkValues);
  else inspection.optional(test, "values", checkValues);
  if (inspection.forWriter) checkUsable(test, operator, inspection);
}

const checkOperatorName: Check = (value, inspection) => {
  if (typeof value !== "string") inspection.expected("the name of an operator", value);
  else if (inspection.forWriter && !operators.has(value)) {
    inspection.add(`There is no operator ${JSON.stringify(value)}. Use one of ${[...operators.keys()].join(", ")}.`);
  }
};

const checkValue: Check = (value, inspection) => {
  if (value === null || !isJson(value)) inspection.expected("a string, a number or a boolean", value);
};

const checkValues = listOf("values", checkValue);

const areJson = (values: readonly unknown[]): values is readonly JsonValue[] => values.every((value) => isJson(value));

function checkUsable(test: JsonRecord, operator: Operator, inspection: Inspection): void {
  const { values = [], ignoreCase } = test;
  if (!isList(values)) return;
  if (test.op === "matches") inspection.into("values", values, checkPatternLengths);
  // What is no JSON has been told of, and the operator's word on the rest would come with other positions.
  if (!areJson(values)) return;
  const prepared = operator.prepare(values, ignoreCase === true);
  if ("test" in prepared) return;
  for (const { index, message } of prepared.unusable) inspection.add(message, `values[${index}]`);
}

const checkPatternLength: Check = (value, inspection) => {
  if (typeof value !== "string" || value.length <= MAX_PATTERN_LENGTH) return;
  inspection.exceeds(
    `The pattern has ${value.length} characters, and the limit is ${MAX_PATTERN_LENGTH}. Split it into several values.`,
  );
};

const checkPatternLengths = listOf("patterns", checkPatternLength);
