import type { EvaluateRequest } from "@bannerol/protocol/schemas";
import { UsageError } from "./errors.ts";
import type { Words } from "./words.ts";

/** What `--context` holds; nobody in particular where it is absent. Throws `UsageError` unless it is a JSON object. */
export function readContext(words: Words): NonNullable<EvaluateRequest["context"]> {
  const text = words.option("context");
  return text === undefined ? {} : readObject(text, "--context", `'{"targetingKey":"u1"}'`);
}

/** A JSON object that was typed as an option. */
export function readObject(text: string, option: string, example: string): NonNullable<EvaluateRequest["context"]> {
  const value = parse(text, option, example);
  if (isObject(value)) return value;
  const found = Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
  throw new UsageError(`${option} must be a JSON object, like ${example}; it is ${found}.`);
}

function parse(text: string, option: string, example: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${option} is not JSON (${reason}). Quote it for the shell, like ${example}.`);
  }
}

/** What `JSON.parse` made is JSON all the way down. */
function isObject(value: unknown): value is NonNullable<EvaluateRequest["context"]> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
