/** Schemas at the edge: what does not fit is refused with the path and a sentence for each thing wrong. */
import type { FieldProblem } from "@bannerol/protocol";
import type { z } from "zod";
import { RefusedError } from "./refusal.ts";

/** Reads the body of a request; 422 where it does not fit. */
export function readBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldProblems(result.error);
  throw new RefusedError({ code: "invalid", detail: summary("The body is not valid", errors), errors });
}

/** Reads the query of a request; 400 where it does not fit. A name that stands twice is refused. */
export function readQuery<S extends z.ZodType>(schema: S, url: string): z.output<S> {
  const entries = [...new URL(url).searchParams];
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  const errors = twice === undefined ? [] : [{ path: twice, message: "It stands twice in the query. Send it once." }];
  const result = schema.safeParse(Object.fromEntries(entries));
  if (result.success && errors.length === 0) return result.data;
  const all = result.success ? errors : [...errors, ...fieldProblems(result.error)];
  throw new RefusedError({ code: "malformed_request", detail: summary("The query is not valid", all), errors: all });
}

function summary(what: string, errors: readonly FieldProblem[]): string {
  const [first] = errors;
  if (first === undefined) return `${what}.`;
  const more = errors.length > 1 ? ` (${errors.length - 1} more below.)` : "";
  return `${what}${first.path === "" ? "" : `, at ${first.path}`}: ${first.message}${more}`;
}

/** zod's issues in the words of this API. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return problemsOf(error.issues, []);
}

function problemsOf(issues: readonly z.core.$ZodIssue[], within: readonly PropertyKey[]): FieldProblem[] {
  return issues.flatMap((issue) => {
    const path = [...within, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: pathText([...path, key]),
        message: "No such field can be given here. Remove it, or look for a typing error.",
      }));
    }
    const meant = issue.code === "invalid_union" && issue.message === UNNAMED ? closest(issue.errors) : undefined;
    return meant === undefined ? [{ path: pathText(path), message: messageOf(issue) }] : problemsOf(meant, path);
  });
}

/** What zod says where a schema with several forms has no words of its own. */
const UNNAMED = "Invalid input";

/** Of several forms the one that was meant, as it seems: that with which the least is wrong. */
function closest(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  return [...forms].sort((a, b) => weightOf(a) - weightOf(b))[0];
}

function weightOf(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.message.endsWith("received undefined")
        ? `It is missing. Give ${kindOf(issue.expected)}.`
        : `It is of another type. Give ${kindOf(issue.expected)}.`;
    case "invalid_value":
      return `Give one of ${issue.values.map(String).join(", ")}.`;
    case "too_big":
      return issue.message.startsWith("Too big")
        ? `Give at most ${amount(issue.maximum, issue.origin)}.`
        : sentence(issue.message);
    case "too_small":
      return issue.message.startsWith("Too small")
        ? `Give at least ${amount(issue.minimum, issue.origin)}.`
        : sentence(issue.message);
    case "invalid_format":
      return formats.get(issue.format) ?? sentence(issue.message.replace(/^Invalid string: /, ""));
    default:
      return sentence(issue.message);
  }
}

const formats: ReadonlyMap<string, string> = new Map([
  ["datetime", "Give an RFC 3339 instant, like 2026-01-31T12:00:00Z."],
  ["email", "Give an e-mail address, like ada@example.com."],
  ["url", "Give an address, like https://example.com/path."],
]);

const kinds: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "an object"],
  ["record", "an object"],
  // Of any kind, null too.
  ["nonoptional", "a value"],
]);

function kindOf(expected: string): string {
  return kinds.get(expected) ?? expected;
}

const units: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ["string", ["character", "characters"]],
  ["array", ["entry", "entries"]],
]);

function amount(count: number | bigint, origin: string): string {
  const [one, many] = units.get(origin) ?? [];
  const unit = Number(count) === 1 ? one : many;
  return unit === undefined ? `${count}` : `${count} ${unit}`;
}

/** The schemas' own messages go on from the name of a field: `must be from 0 to 100`. */
function sentence(message: string): string {
  return message.startsWith("must") ? `It ${message}.` : message;
}

/** `["rules", 0, "when"]` as `rules[0].when`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}
