/**
 * Where two results first differ, as a *signature*: a path and two types. Positions in lists are written `*`, so that the
 * same mistake has the same signature wherever it happens.
 */

const DEEPEST = 50;
const MOST_VALUES = 100_000;

/** `undefined` where they are deeply equal; what is too deep or too large to tell differs. */
export function differenceOf(a: unknown, b: unknown): string | undefined {
  return differ(a, b, { path: "", depth: 0, budget: { left: MOST_VALUES } });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly budget: { left: number };
}

function differ(a: unknown, b: unknown, place: Place): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || typeOf(a) !== typeOf(b)) {
    return signatureOf(place.path, a, b);
  }
  if (place.depth >= DEEPEST || place.budget.left-- <= 0) return `${place.path || "/"}: too large to compare`;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime()) ? undefined : signatureOf(place.path, a, b);
  }
  if (a instanceof Map && b instanceof Map) return differInList([...a], [...b], place);
  if (a instanceof Set && b instanceof Set) return differInList([...a], [...b], place);
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return differInList(bytesOf(a), bytesOf(b), place);
  if (Array.isArray(a) && Array.isArray(b)) return differInList(a, b, place);
  return differInFields(a, b, place);
}

function differInList(a: readonly unknown[], b: readonly unknown[], place: Place): string | undefined {
  if (a.length !== b.length) return `${place.path || "/"}: other length`;
  for (let at = 0; at < a.length; at++) {
    const found = differ(a[at], b[at], below(place, "*"));
    if (found !== undefined) return found;
  }
  return undefined;
}

function differInFields(a: object, b: object, place: Place): string | undefined {
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const inner = below(place, name);
    const here = left.has(name) && right.has(name);
    const found = here
      ? differ(left.get(name), right.get(name), inner)
      : `${inner.path}: ${left.has(name) ? `${typeOf(left.get(name))} ≠ nothing` : `nothing ≠ ${typeOf(right.get(name))}`}`;
    if (found !== undefined) return found;
  }
  return undefined;
}

function below({ path, depth, budget }: Place, step: string): Place {
  return { path: `${path}/${step}`, depth: depth + 1, budget };
}

export function signatureOf(path: string, a: unknown, b: unknown): string {
  return `${path || "/"}: ${typeOf(a)} ≠ ${typeOf(b)}`;
}

/** As people say it: `null` and lists are no objects; of an object, its class. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "array";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "Object" && name !== "" ? name : "object";
}

function bytesOf(view: ArrayBufferView): readonly number[] {
  return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
}
