/** What no well-behaved application passes and no well-behaved server sends. */
import fc from "fast-check";
import { attributeNames } from "./core-arbitraries.ts";

function throwing(): never {
  throw new Error("This context does not want to be read.");
}

function cyclic(): unknown {
  const context: Record<string, unknown> = { targetingKey: "u1" };
  context.organization = context;
  return context;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** An object that answers with itself, whatever it is asked. */
function endless(): unknown {
  const proxy: unknown = new Proxy(
    {},
    { get: () => proxy, getOwnPropertyDescriptor: () => ({ value: proxy, configurable: true }) },
  );
  return proxy;
}

/** `make` around `innermost`, `levels` deep: by a loop, since no recursion goes as deep. */
function nested(levels: number, innermost: unknown, make: (inner: unknown) => unknown): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = make(value);
  return value;
}

function withThrowingGetter(name: string): object {
  return Object.defineProperty({ plan: "pro" }, name, { get: throwing, enumerable: true });
}

function* forever(): Generator<unknown> {
  for (;;) yield "never";
}

const traps: readonly (keyof ProxyHandler<object>)[] = [
  "get",
  "has",
  "ownKeys",
  "getOwnPropertyDescriptor",
  "getPrototypeOf",
  "isExtensible",
];

class Account {
  readonly #plan = "pro";
  get plan(): string {
    return this.#plan;
  }
  get targetingKey(): never {
    return throwing();
  }
}

const MEGABYTE = 1_000_000;

const strangeAttributes: readonly (() => unknown)[] = [
  () => 1n,
  () => Symbol("s"),
  () => throwing,
  () => "x".repeat(MEGABYTE),
  () => "1".repeat(MEGABYTE),
  () => `1.0.0-${"a.".repeat(MEGABYTE / 2)}`,
  () => `2024-02-29T12:00:00.${"0".repeat(MEGABYTE)}`,
  () => `::${"0:".repeat(MEGABYTE / 2)}`,
  () => "\ud800",
  () => "\udc00\ud800",
  () => new Date(Number.NaN),
  () => new String("u1"),
  () => Number.NaN,
  () => Number.NEGATIVE_INFINITY,
  () => -0,
  () => 2 ** 53,
  () => [[], [null], 1n, undefined],
  () => Array(3),
  () => Object.assign([], { length: 2 ** 32 - 1 }),
  () => Object.assign(["pro"], { [Symbol.iterator]: forever }),
  () => Object.assign(["pro"], { [Symbol.iterator]: throwing }),
  () => Object.defineProperty(["pro"], 0, { get: throwing }),
  () => new Proxy([], { get: (_target, name) => (name === "length" ? Number.MAX_SAFE_INTEGER : "never") }),
  () => new Proxy([], { get: throwing }),
  () => revoked([]),
  () => revoked({}),
  () => nested(100_000, "u1", (plan) => ({ plan })),
  () => nested(100_000, "u1", (inner) => [inner]),
  () => new Float64Array([1, 2]),
  () => new Map([["plan", "pro"]]),
  () => new Account(),
  () => Object.freeze(Object.assign(Object.create(null), { plan: "pro" })),
  () => Object.freeze({ toString: throwing, valueOf: throwing, toJSON: throwing }),
  () => ({
    [Symbol.toPrimitive]: throwing,
    get [Symbol.toStringTag]() {
      return throwing();
    },
  }),
  cyclic,
  endless,
];

/**
 * Contexts that do not bear to be looked at. Makers, since fast-check looks into the values that it draws.
 */
export const hostileContext: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .constantFrom<unknown>(undefined, null, 7, "u1", true, [], Symbol("context"), 1n, throwing, Number.NaN, new Date(0))
    .map((value) => () => value),
  fc.constantFrom<() => unknown>(
    cyclic,
    endless,
    () => revoked({}),
    () => revoked([]),
    () => new Account(),
  ),
  attributeNames.map((name) => () => withThrowingGetter(name)),
  fc.constantFrom(...traps).map((trap) => () => new Proxy({ plan: "pro", targetingKey: "u1" }, { [trap]: throwing })),
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(attributeNames, fc.constantFrom(...strangeAttributes)), { minLength: 1, maxLength: 4 })
      .map((attributes) => () => Object.fromEntries(attributes.map(([name, make]) => [name, make()]))),
  },
  fc
    .object({
      key: fc.constantFrom("plan", "targetingKey", "organization", "tags", "__proto__", "constructor"),
      withNullPrototype: true,
    })
    .map((context) => () => context),
);

/** A copy of a JSON document with one place in it, picked by any whole number from 0, replaced. */
export function mutated(source: unknown, pick: number, replacement: unknown): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly name: string }[] = [];
  const copy: unknown = JSON.parse(JSON.stringify({ root: source }));
  const collect = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const name of Object.keys(holder)) {
      const record = holder as Record<string, unknown>;
      places.push({ holder: record, name });
      collect(record[name]);
    }
  };
  collect(copy);
  const place = places[pick % places.length];
  if (place !== undefined) {
    if (replacement === undefined) delete place.holder[place.name];
    else
      Object.defineProperty(place.holder, place.name, {
        value: replacement,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return (copy as { root: unknown }).root;
}

/** Values that stand where something else was expected. */
export const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    "",
    "on",
    "no-such",
    -1,
    0.5,
    100_001,
    2 ** 32,
    [],
    {},
    [null],
    [[1, 2, 3]],
    -0,
    Number.MAX_VALUE,
    2 ** 53,
    "__proto__",
    { all: [] },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One change to a document: `pick` and `other` choose places in it. */
export interface Distortion {
  readonly kind: "replace" | "delete" | "double" | "swap" | "nest" | "bury" | "lengthen";
  readonly pick: number;
  readonly other: number;
  readonly value: unknown;
}

export const anyDistortion: fc.Arbitrary<Distortion> = fc.record({
  kind: fc.constantFrom("replace", "delete", "double", "swap", "nest", "bury", "lengthen"),
  pick: fc.nat(),
  other: fc.nat(),
  value: strangeValue,
});

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** So many places suffice to choose from, and a document that was made huge stays quick to look through. */
const MOST_PLACES = 2_000;

/** A copy of a JSON document with these changes made, one after the other. */
export function distorted(source: unknown, distortions: readonly Distortion[]): unknown {
  const root: Record<string, unknown> = { root: JSON.parse(JSON.stringify(source)) };
  for (const distortion of distortions) distort(placesIn(root), distortion);
  return root.root;
}

function distort(places: readonly Place[], { kind, pick, other, value }: Distortion): void {
  const place = places[pick % places.length];
  const second = places[other % places.length];
  if (place === undefined || second === undefined) return;
  const found = place.holder[place.name];
  if (kind === "delete" || (kind === "replace" && value === undefined)) delete place.holder[place.name];
  else if (kind === "swap") {
    const copy = copyOf(found);
    define(place, copyOf(second.holder[second.name]));
    define(second, copy);
  } else if (kind === "double" && Array.isArray(found)) define(place, [...found, ...found]);
  else if (kind === "double")
    define({ holder: second.holder, name: nameFor(second.holder, place.name) }, copyOf(found));
  else if (kind === "nest") define(place, wrappers[other % wrappers.length]?.(found));
  else if (kind === "bury") define(place, nested(100_000, found, wrappers[other % wrappers.length] ?? ((it) => it)));
  else if (kind === "lengthen") define(place, Array(typeof found === "object" ? 20 : 10_000).fill(found));
  else define(place, value);
}

/** In a list the next position: no JSON text makes a list that has a field `constructor`. */
function nameFor(holder: object, name: string): string {
  return Array.isArray(holder) ? String(holder.length) : name;
}

/** So that nothing comes to lie in itself. What is too deep to be copied is left out. */
function copyOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch {
    return null;
  }
}

const wrappers: readonly ((inner: unknown) => unknown)[] = [
  (inner) => [inner],
  (not) => ({ not }),
  (inner) => ({ all: [inner] }),
  (inner) => ({ any: [inner] }),
  (rollout) => ({ rollout }),
  (value) => ({ constructor: value }),
];

/** By definition, so that `__proto__` is a field like others. */
function define({ holder, name }: Place, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(root: Record<string, unknown>): readonly Place[] {
  const places: Place[] = [];
  const open: unknown[] = [root];
  for (let at = 0; at < open.length && places.length < MOST_PLACES; at++) {
    const holder = open[at];
    if (typeof holder !== "object" || holder === null) continue;
    for (const name of Object.keys(holder).slice(0, MOST_PLACES)) {
      places.push({ holder: holder as Record<string, unknown>, name });
      open.push((holder as Record<string, unknown>)[name]);
    }
  }
  return places;
}
