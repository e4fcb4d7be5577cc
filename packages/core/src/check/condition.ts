import { NOW } from "../attributes.ts";
import { isJson, isList, isRecord, type JsonRecord, MAX_NESTING } from "../json.ts";
import type { JsonValue } from "../model.ts";
import { operators } from "../operators/index.ts";
import type { Operator } from "../operators/operator.ts";
import { checkBoolean, checkReference, checkText, namesOf } from "./fields.ts";
import { type Check, type Inspection, listOf, pathOf } from "./inspection.ts";

const MAX_CONDITION_DEPTH = 16;
const MAX_CONDITION_TESTS = 1_000;
/** UTF-16 units. Whether a longer pattern is harmless cannot be proved in the time that a write may take. */
export const MAX_PATTERN_LENGTH = 256;

/** What a rule's or a segment's `when` has to be. */
export const checkCondition: Check = (value, inspection, step) => {
  const before = inspection.findings.length;
  inspection.depth = 0;
  inspection.tests = 0;
  checkPart(value, inspection);
  if (inspection.forWriter) inspection.limit(inspection.tests, MAX_CONDITION_TESTS, "tests in this condition");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkPart: Check = (value, inspection, step) => {
  if (!isRecord(value))
    return inspection.expected("a condition: an object with all, any, not, segment, flag or attribute", value, step);
  const before = inspection.findings.length;
  const most = inspection.forWriter ? MAX_CONDITION_DEPTH : MAX_NESTING;
  inspection.depth += 1;
  if (inspection.depth > most) inspection.exceeds(tooDeep(most));
  else checkKind(value, inspection);
  inspection.depth -= 1;
  if (inspection.findings.length > before) inspection.place(before, step);
};

const tooDeep = (most: number) => `Conditions nest more than ${most} deep here. Move a part into a segment.`;

/** By name, and not by a list of kinds gone through: engines find a field sooner whose name stands in the code. */
function checkKind(condition: JsonRecord, inspection: Inspection): void {
  const { attribute, all, any, not, segment, flag } = condition;
  const logical = +(all !== undefined) + +(any !== undefined) + +(not !== undefined);
  const kinds = logical + +(attribute !== undefined) + +(segment !== undefined) + +(flag !== undefined);
  if (kinds > 1) severalKinds(condition, inspection);
  else if (kinds === 0) unknownKind(inspection);
  else if (logical === 1) checkLogical(condition, inspection);
  else checkTest(condition, inspection);
}

const kindNames = ["attribute", "all", "any", "not", "segment", "flag"] as const;

function severalKinds(condition: JsonRecord, inspection: Inspection): void {
  const [a, b] = kindNames.filter((kind) => condition[kind] !== undefined);
  inspection.add(
    `A condition is of one kind, and this has ${a} and ${b}. Split it in two, and join them by all or any.`,
  );
}

function unknownKind(inspection: Inspection): void {
  if (!inspection.forWriter) return;
  inspection.add(`A condition of an unknown kind. Give it one of ${namesOf(kindNames)}.`);
}

const checkParts = listOf("conditions", checkPart);

const logicalFields = { all: ["all"], any: ["any"], not: ["not"] } as const;

function checkLogical(condition: JsonRecord, inspection: Inspection): void {
  const { all, any, not } = condition;
  if (all !== undefined) {
    if (inspection.findsFields) inspection.only(condition, logicalFields.all);
    checkParts(all, inspection, "all");
  } else if (any !== undefined) {
    if (inspection.findsFields) inspection.only(condition, logicalFields.any);
    checkParts(any, inspection, "any");
  } else {
    if (inspection.findsFields) inspection.only(condition, logicalFields.not);
    checkPart(not, inspection, "not");
  }
}

const membershipFields = ["segment"];

function checkTest(condition: JsonRecord, inspection: Inspection): void {
  inspection.tests += 1;
  if (condition.attribute !== undefined) checkAttributeTest(condition, inspection);
  else if (condition.segment !== undefined) checkMembership(condition, inspection);
  else checkReference(condition, inspection);
}

function checkMembership(condition: JsonRecord, inspection: Inspection): void {
  const { segment } = condition;
  if (inspection.findsFields) inspection.only(condition, membershipFields);
  if (typeof segment === "string") inspection.refersToSegment(segment);
  else checkText(segment, inspection, "segment");
}

const testFields = ["attribute", "op", "values", "ignoreCase"];

function checkAttributeTest(test: JsonRecord, inspection: Inspection): void {
  const { attribute, op, values, ignoreCase } = test;
  if (inspection.findsFields) inspection.only(test, testFields);
  checkText(attribute, inspection, "attribute");
  if (attribute === NOW) inspection.refersToClock();
  checkOperatorName(op, inspection, "op");
  if (ignoreCase !== undefined) checkBoolean(ignoreCase, inspection, "ignoreCase");
  const operator = typeof op === "string" ? operators.get(op) : undefined;
  if (operator === undefined) return;
  if (values !== undefined || operator.takesValues) checkValues(values, inspection, "values");
  if (inspection.forWriter) checkUsable(test, operator, inspection);
}

const checkOperatorName: Check = (value, inspection, step) => {
  if (typeof value !== "string") inspection.expected("the name of an operator", value, step);
  else if (inspection.forWriter && !operators.has(value)) {
    const known = [...operators.keys()].join(", ");
    inspection.add(`There is no operator ${JSON.stringify(value)}. Use one of ${known}.`, pathOf(step));
  }
};

const checkValue: Check = (value, inspection, step) => {
  if (typeof value === "string") return;
  if (value === null || !isJson(value)) inspection.expected("a string, a number or a boolean", value, step);
};

const checkValues = listOf("values", checkValue);

const areJson = (values: readonly unknown[]): values is readonly JsonValue[] => values.every((value) => isJson(value));

function checkUsable(test: JsonRecord, operator: Operator, inspection: Inspection): void {
  const { values = [], ignoreCase } = test;
  if (!isList(values)) return;
  if (test.op === "matches") checkPatternLengths(values, inspection, "values");
  // What is no JSON has been told of, and the operator's word on the rest would come with other positions.
  if (!areJson(values)) return;
  const prepared = operator.prepare(values, ignoreCase === true);
  if ("test" in prepared) return;
  for (const { index, message } of prepared.unusable) inspection.add(message, `values[${index}]`);
}

const checkPatternLength: Check = (value, inspection, step) => {
  if (typeof value !== "string" || value.length <= MAX_PATTERN_LENGTH) return;
  inspection.exceeds(
    `The pattern has ${value.length} characters, and the limit is ${MAX_PATTERN_LENGTH}. Split it into several values.`,
    step,
  );
};

const checkPatternLengths = listOf("patterns", checkPatternLength);
