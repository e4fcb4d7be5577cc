/** What an attribute test found, in words: `plan is "free", which is not one of "pro", "team"`. */
import type { AttributeTest, ConditionStep, JsonValue } from "@bannerol/core";
import { oneLine, printable } from "./printable.ts";

type TestStep = Extract<ConditionStep, { kind: "test" }>;

/** How an operator is read where it holds and where it does not, and what it can look at where that is one type. */
interface Words {
  readonly holds: string;
  readonly fails: string;
  readonly sees?: "text" | "number";
}

const is = (what: string, sees?: Words["sees"]): Words => ({
  holds: `is ${what}`.trimEnd(),
  fails: `is not ${what}`.trimEnd(),
  ...(sees === undefined ? {} : { sees }),
});
const text = (holds: string, fails: string): Words => ({ holds, fails, sees: "text" });

const operators: ReadonlyMap<string, Words> = new Map([
  ["in", is("")],
  ["contains", text("contains", "does not contain")],
  ["startsWith", text("starts with", "does not start with")],
  ["endsWith", text("ends with", "does not end with")],
  ["matches", text("matches", "does not match")],
  ["lessThan", is("less than", "number")],
  ["atMost", is("at most", "number")],
  ["greaterThan", is("greater than", "number")],
  ["atLeast", is("at least", "number")],
  ["before", is("before")],
  ["after", is("after")],
  ["semverEqual", is("version", "text")],
  ["semverLessThan", is("a version below", "text")],
  ["semverAtMost", is("a version up to", "text")],
  ["semverGreaterThan", is("a version above", "text")],
  ["semverAtLeast", is("a version from", "text")],
  ["inCidr", is("within", "text")],
]);

/** One sentence without its full stop. */
export function testWords(step: TestStep): string {
  const { attribute, op, values, actual, redacted, failed, holds, ignoreCase } = step;
  const name = printable(attribute);
  if (failed) return `${name} could not be read`;
  const found = redacted ? "hidden" : valueWords(attribute, actual);
  if (op === "exists") return existence(name, found, step);
  const words = operators.get(op) ?? { holds: `passes ${printable(op)}`, fails: `does not pass ${printable(op)}` };
  const wanted = `${listWords(values)}${ignoreCase ? ", in upper or lower case" : ""}`;
  if (actual === undefined && !redacted) return `${name} is missing, and so ${words.fails} ${wanted}`;
  const hint = holds ? "" : hintFor(step, words);
  return `${name} is ${found}, which ${holds ? words.holds : words.fails} ${wanted}${hint}`;
}

function existence(name: string, found: string, { actual, redacted, holds }: TestStep): string {
  if (actual === undefined && !redacted) return `${name} is missing`;
  return holds ? `${name} is there: ${found}` : `${name} is ${found}, which counts as missing`;
}

/** The clock is told as an instant, whatever it is compared with. */
function valueWords(attribute: string, actual: JsonValue | undefined): string {
  if (attribute !== "$now" || typeof actual !== "number") return oneLine(actual);
  return new Date(actual).toISOString();
}

/** Long lists are told by their beginning. */
const SHOWN = 5;

function listWords(values: readonly JsonValue[]): string {
  if (values.length === 1) return oneLine(values[0]);
  const more = values.length > SHOWN ? ` and ${values.length - SHOWN} more` : "";
  return values.length === 0 ? "any of no values" : `one of ${values.slice(0, SHOWN).map(oneLine).join(", ")}${more}`;
}

/** What a test asks for, whatever it meets: `plan is "pro"`. */
export function askedWords({ attribute, op, values = [], ignoreCase = false }: AttributeTest): string {
  const name = printable(attribute);
  if (op === "exists") return `${name} is there`;
  const { holds } = operators.get(op) ?? { holds: printable(op) };
  return `${name} ${holds} ${listWords(values)}${ignoreCase ? ", in upper or lower case" : ""}`;
}

/** Why something that looks right does not pass: the mistakes that people make. */
function hintFor({ actual, values, op, ignoreCase, redacted }: TestStep, { sees }: Words): string {
  if (redacted || actual === undefined || Array.isArray(actual)) return "";
  const type = typeof actual === "string" ? "text" : typeof actual;
  if (typeof actual === "string" && NAMED_TYPE.test(actual)) return "";
  if (sees !== undefined && type !== sees) return ` (it is ${typeWords(type)}, and ${op} looks at ${typeWords(sees)})`;
  if (op !== "in") return "";
  const alike = values.find((value) => String(value).toLowerCase() === String(actual).toLowerCase());
  if (alike === undefined) return "";
  if (typeof alike !== typeof actual) {
    const other = typeof alike === "string" ? "text" : typeof alike;
    return ` (it is ${typeWords(type)}, and not ${typeWords(other)})`;
  }
  return ignoreCase ? "" : " (upper and lower case differ)";
}

/** How an explanation shows what has no JSON form: by its type alone. */
const NAMED_TYPE = /^<[a-z]+>$/;

function typeWords(type: string): string {
  if (type === "object") return "null or an object";
  return type === "text" ? "a text" : `a ${type}`;
}
