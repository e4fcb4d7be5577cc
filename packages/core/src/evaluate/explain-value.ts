import { type AttributeReader, type Attributes, keyIn } from "../attributes.ts";
import { isList } from "../json.ts";
import type { JsonValue } from "../model.ts";
import { safely } from "./trace.ts";

const LONGEST_TEXT = 1_024;
const LONGEST_LIST = 100;

/** A key as a step shows it, and as it was used. */
export interface ExplainedKey {
  readonly shown: { readonly key?: JsonValue; readonly redacted?: true };
  readonly key: string | undefined;
}

/** Reads the key that a segment, a target or a rollout goes by. One that cannot be read counts as missing. */
export function explainKey(read: AttributeReader, attributes: Attributes, redacted: boolean): ExplainedKey {
  try {
    const value = read(attributes);
    if (value === undefined) return { shown: {}, key: undefined };
    return { shown: redacted ? { redacted: true } : { key: explainValue(value) }, key: keyIn(value) };
  } catch {
    return { shown: {}, key: undefined };
  }
}

/** A context's value as an explanation shows it. Contexts hold anything: what has no JSON form is named by its type. */
export function explainValue(value: unknown): JsonValue {
  // A proxy may throw whatever it is asked; a test such as `exists` passes it all the same.
  return safely(() => (isList(value) ? explainList(value) : explainScalar(value)), "<unreadable>");
}

/** By position: a hole is shown as an element, and no method that a caller's list may have is called. */
function explainList(values: readonly unknown[]): readonly JsonValue[] {
  return Array.from({ length: Math.min(values.length, LONGEST_LIST) }, (_, at) => explainScalar(values[at]));
}

function explainScalar(value: unknown): JsonValue {
  if (typeof value === "string") return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (value === null || typeof value === "boolean") return value;
  // JSON has no negative zero, and adding zero makes it the other.
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : String(value);
  return `<${isList(value) ? "list" : typeof value}>`;
}
