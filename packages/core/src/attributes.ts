import { isRecord, type JsonRecord } from "./json.ts";

/** What a context says of who asks; the empty one where there is none. */
export type Attributes = JsonRecord;

/** Finds one attribute's value: `undefined` where it is missing. */
export type AttributeReader = (attributes: Attributes) => unknown;

const NONE: Attributes = Object.freeze({});

/** Stands for a context of which not even the kind can be told: each reading of it throws, as of the context itself. */
const UNREADABLE: Attributes = new Proxy(
  {},
  {
    getOwnPropertyDescriptor() {
      throw new TypeError("The context cannot be read.");
    },
  },
);

/** The clock of the evaluation, in epoch milliseconds, under this name whatever the context holds. */
export const NOW = "$now";

export const TARGETING_KEY = "targetingKey";

/** A context that is missing, null, a list or no object at all counts as empty. */
export function attributesOf(context: unknown): Attributes {
  try {
    return isRecord(context) ? context : NONE;
  } catch {
    // A revoked proxy: it is an object, and even asking whether it is a list throws.
    return UNREADABLE;
  }
}

/** A reader of its own, since a name that stands in the code is found faster than one in a variable. */
export const readTargetingKey: AttributeReader = (attributes) =>
  Object.hasOwn(attributes, "targetingKey") ? attributes.targetingKey : undefined;

/**
 * A reader of the attribute `name`: looked up whole first (there, even null, is the value), then as a path with a step
 * at every dot. Own properties of objects only, so that `constructor` or `tags.length` is as missing as any other.
 */
export function attributeReader(name: string): AttributeReader {
  if (name === TARGETING_KEY) return readTargetingKey;
  if (!name.includes(".")) return (attributes) => own(attributes, name);
  const steps = name.split(".");
  return (attributes) => {
    const whole = own(attributes, name);
    return whole === undefined ? follow(attributes, steps) : whole;
  };
}

/**
 * The key in a value: a string, or a safe integer in its decimal form. Anything else is no key. The empty string is
 * one, except for buckets.
 */
export function keyIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** The value under exactly this name, no path. */
export function own(attributes: Attributes, name: string): unknown {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

function follow(attributes: Attributes, steps: readonly string[]): unknown {
  let value: unknown = attributes;
  for (const step of steps) {
    if (!isRecord(value)) return undefined;
    value = own(value, step);
  }
  return value;
}
