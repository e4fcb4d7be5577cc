import type { JsonValue } from "./model.ts";

/** An object of unknown fields: what a JSON object is until somebody has looked into it. */
export type JsonRecord = { readonly [name: string]: unknown };

/** Whether a value is an object with named fields: no list, not null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Array.isArray` that does not turn `unknown` into `any[]`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export const isText = (value: unknown): value is string => typeof value === "string";

/** A revision, a version: a whole number from 0 that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0;
}

/** An unsigned 32-bit integer. */
export function isSeed(value: unknown): value is number {
  return isCount(value) && value <= 0xffff_ffff;
}

/**
 * How deep lists and objects may lie in each other before a document counts as unreadable. Twice what the server
 * takes in a request, with room to spare; `JSON.parse` takes a hundred thousand levels, which no stack survives.
 */
export const MAX_NESTING = 256;

/** Whether a value could have come from JSON text, and lies no deeper than `MAX_NESTING`. */
export function isJson(value: unknown, depth = 0): value is JsonValue {
  if (typeof value !== "object")
    return typeof value === "number" ? Number.isFinite(value) : isText(value) || typeof value === "boolean";
  if (value === null) return true;
  if (depth >= MAX_NESTING) return false;
  const parts: readonly unknown[] = isList(value) ? value : Object.values(value);
  return parts.every((part) => isJson(part, depth + 1));
}

/** Makes a value and all that it holds immutable, so that no caller can alter what the next one is served. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeDeep(part);
  return value;
}

/**
 * Whether two JSON values say the same. Order of fields is no difference; what lies too deep to tell is one. Nothing is
 * allocated: whole rulesets are compared while an application waits.
 */
export function equalJson(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (depth >= MAX_NESTING) return false;
  if (isList(a)) return isList(b) && equalLists(a, b, depth + 1);
  return isRecord(a) && isRecord(b) && equalRecords(a, b, depth + 1);
}

function equalLists(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!equalJson(a[at], b[at], depth)) return false;
  return true;
}

function equalRecords(a: JsonRecord, b: JsonRecord, depth: number): boolean {
  let more = 0;
  for (const name in a) {
    if (!Object.hasOwn(a, name)) continue;
    if (!Object.hasOwn(b, name) || !equalJson(a[name], b[name], depth)) return false;
    more += 1;
  }
  for (const name in b) if (Object.hasOwn(b, name)) more -= 1;
  return more === 0;
}
