import type { EvaluateRequest } from "@bannerol/protocol/schemas";
import type { Call } from "./call.ts";
import { UsageError } from "./errors.ts";
import { readJson } from "./input-file.ts";
import type { Words } from "./words.ts";

/** What `--context` holds; nobody in particular where it is absent. Throws `UsageError` unless it is a JSON object. */
export function readContext(words: Words): Context {
  const text = words.option("context");
  return text === undefined ? {} : readObject(text, "--context", `'{"targetingKey":"u1"}'`);
}

type Context = NonNullable<EvaluateRequest["context"]>;

/** The list of contexts in the file that `--contexts` names, where it is there. Throws `UsageError` for anything else. */
export async function readContexts({ words, io }: Pick<Call, "words" | "io">): Promise<Context[] | undefined> {
  const file = words.option("contexts");
  if (file === undefined) return undefined;
  const list = await readJson(io, file);
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new UsageError(`${file} holds no list of contexts: [{"targetingKey": "u1"}, …].`);
}

/** A JSON object that was typed as an option. */
export function readObject(text: string, option: string, example: string): Context {
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
function isObject(value: unknown): value is Context {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
