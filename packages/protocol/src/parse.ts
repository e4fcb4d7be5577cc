/**
 * What both ends' parsers share: the result, and tests of untyped JSON. Hand-written, so that an SDK ships no
 * validation library, and total: whatever the text is, the answer is a value.
 *
 * Fields are read as own properties only, and only those that the protocol names: a message that was parsed holds
 * nothing else that arrived.
 */

/** What a frame was. */
export type ParseResult<M> =
  | { readonly ok: true; readonly message: M }
  /** Of a type that this version does not know: a newer peer's, to be passed over. */
  | { readonly ok: true; readonly message: undefined; readonly ignored: string }
  /** `reason` says which field is wrong and what it should be; it repeats nothing of the frame. */
  | { readonly ok: false; readonly reason: string };

export type JsonObject = { readonly [name: string]: unknown };

/** A field's type guard, and the words for what it accepts. */
export interface FieldType<T> {
  readonly name: string;
  readonly accepts: (value: unknown) => value is T;
}

type Shape = { readonly [name: string]: FieldType<unknown> };
type ShapeOf<S extends Shape> = { readonly [K in keyof S]: S[K] extends FieldType<infer T> ? T : never };

/** Reads a frame by the reader of its `type`. */
export function parseFrame<M>(text: string, readers: ReadonlyMap<string, (frame: JsonObject) => M>): ParseResult<M> {
  try {
    const frame: unknown = JSON.parse(text);
    if (!isObject(frame)) return { ok: false, reason: "a message is a JSON object" };
    const type = own(frame, "type");
    if (typeof type !== "string") return { ok: false, reason: "type must be a string" };
    const read = readers.get(type);
    return read === undefined ? { ok: true, message: undefined, ignored: type } : { ok: true, message: read(frame) };
  } catch (error) {
    return { ok: false, reason: error instanceof Malformed ? error.message : "it is not JSON" };
  }
}

/** The fields of `shape`, each checked; `path` names the object in messages (`have.`, or nothing for the frame). */
export function readFields<S extends Shape>(object: JsonObject, shape: S, path = ""): ShapeOf<S> {
  const fields = Object.entries(shape).map(([name, type]) => {
    const value = own(object, name);
    if (!type.accepts(value)) throw new Malformed(`${path}${name} must be ${type.name}`);
    return [name, value] as const;
  });
  return Object.fromEntries(fields) as ShapeOf<S>;
}

export function readObject(object: JsonObject, name: string): JsonObject {
  return readFields(object, { [name]: anObject })[name] ?? {};
}

export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export const anObject: FieldType<JsonObject> = { name: "an object", accepts: isObject };

export const aString: FieldType<string> = { name: "a string", accepts: (value) => typeof value === "string" };

export const anUnsigned32: FieldType<number> = {
  name: "an integer from 0 to 4294967295",
  accepts: (value): value is number => isCount(value) && value <= 0xffff_ffff,
};

export const aCount: FieldType<number> = { name: "an integer from 0 to 2^53 - 1", accepts: isCount };

export const aDuration: FieldType<number> = { name: "a number of milliseconds from 0", accepts: isDuration };

/** A shortest and a longest wait. */
export const aWindow: FieldType<readonly [min: number, max: number]> = {
  name: "[min, max] in milliseconds, 0 <= min <= max",
  accepts: isWindow,
};

export function shortString(limit: number): FieldType<string> {
  return {
    name: `a string of at most ${limit} characters`,
    accepts: (value): value is string => typeof value === "string" && value.length <= limit,
  };
}

function isWindow(value: unknown): value is readonly [min: number, max: number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [min, max]: readonly unknown[] = value;
  return isDuration(min) && isDuration(max) && min <= max;
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Ends the reading of one frame; `parseFrame` turns it into a result. */
class Malformed extends Error {}
