/**
 * Where an application has an `equal` of its own, what differs need not be what it looks at. So it is asked again, with
 * the control's result in which one place holds what the candidate has there: what it objects to is what decided.
 */
import { differenceOf, signatureOf, typeOf } from "./differ.ts";

/** `equal` may be slow; what is not found by then is told as far as it was. */
const MOST_QUESTIONS = 100;

type Whole = { readonly [name: string]: unknown };

/** Of two results that `equal` tells apart: the signature of the innermost place that alone is enough for it. */
export function decidingDifference<T>(control: T, candidate: T, equal: (control: T, candidate: T) => boolean): string {
  let left = MOST_QUESTIONS;
  const objectsTo = (changed: unknown): boolean => {
    try {
      return left-- > 0 && !equal(control, changed as T);
    } catch {
      // It was written for results, and this may be none.
      return false;
    }
  };

  /** `a` and `b` lie at `path`; `put` gives the control's result with another value there. */
  const narrow = (a: unknown, b: unknown, path: string, put: (value: unknown) => unknown): string => {
    if (!isWhole(a) || !isWhole(b) || typeOf(a) !== typeOf(b)) return signatureOf(path, a, b);
    if (Array.isArray(a) && a.length !== b.length) return `${path || "/"}: other length`;
    const names = differingNames(a, b);
    const name = names.find((one) => objectsTo(put(withEntry(a, one, b))));
    if (name === undefined) return `${path || "/"}: not equal by the application's own word`;
    const inner = `${path}/${Array.isArray(a) ? "*" : name}`;
    if (!Object.hasOwn(a, name)) return `${inner}: nothing ≠ ${typeOf(b[name])}`;
    if (!Object.hasOwn(b, name)) return `${inner}: ${typeOf(a[name])} ≠ nothing`;
    return narrow(a[name], b[name], inner, (value) => put(withEntry(a, name, { [name]: value })));
  };
  return narrow(control, candidate, "", (value) => value);
}

/** What consists of entries that can be exchanged: no date, no map, no bytes. */
function isWhole(value: unknown): value is Whole {
  const isClosed = value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
  return typeof value === "object" && value !== null && !isClosed;
}

function differingNames(a: Whole, b: Whole): readonly string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter(
    (name) => !Object.hasOwn(a, name) || !Object.hasOwn(b, name) || differenceOf(a[name], b[name]) !== undefined,
  );
}

/** `whole` with what `from` has under a name, or without it where `from` has none; never altered itself. */
function withEntry(whole: Whole, name: string, from: Whole): unknown {
  const entry = { value: from[name], enumerable: true, configurable: true, writable: true };
  if (Array.isArray(whole)) return Object.defineProperty([...whole], name, entry);
  const others = Object.entries(Object.getOwnPropertyDescriptors(whole)).filter(([key]) => key !== name);
  const entries = Object.hasOwn(from, name) ? [...others, [name, entry] as const] : others;
  return Object.create(Object.getPrototypeOf(whole), Object.fromEntries(entries));
}
