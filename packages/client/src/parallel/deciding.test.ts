import fc from "fast-check";
import { expect, it } from "vitest";
import { decidingDifference } from "./deciding.ts";

class Money {
  readonly #cents: number;
  readonly currency: string;
  constructor(cents: number, currency: string) {
    this.#cents = cents;
    this.currency = currency;
  }
  cents(): number {
    return this.#cents;
  }
}

const frozen = (value: number) => Object.freeze({ a: value, b: value });

/** Compares what `of` gives of both. */
const by =
  <T>(of: (result: T) => unknown) =>
  (a: T, b: T) =>
    of(a) === of(b);

type Case<T> = readonly [string, T, T, (result: T) => unknown, string];
const row = <T>(...one: Case<T>) => one as unknown as Case<unknown>;

it.each<Case<unknown>>([
  row(
    "the field that is looked at, not the first that differs",
    { checkout: "old", steps: 3, total: 1 },
    { checkout: "new", steps: 1, total: 2 },
    ({ total }) => total,
    "/total: number ≠ number",
  ),
  row(
    "one deep within a list",
    {
      lines: [
        { id: 1, price: 5 },
        { id: 2, price: 6 },
      ],
    },
    {
      lines: [
        { id: 8, price: 5 },
        { id: 9, price: 7 },
      ],
    },
    ({ lines }) => lines[1]?.price,
    "/lines/*/price: number ≠ number",
  ),
  row(
    "the first of two, each of which is enough",
    { a: 1, b: "x" },
    { a: 2, b: "y" },
    ({ a, b }) => `${a} ${b}`,
    "/a: number ≠ number",
  ),
  row<{ id: number; total?: number }>(
    "a field that the candidate lacks",
    { id: 1, total: 1 },
    { id: 2 },
    ({ total }) => total,
    "/total: number ≠ nothing",
  ),
  row<{ id: number; error?: string }>(
    "one that it has beside",
    { id: 1 },
    { id: 2, error: "no" },
    (result) => Object.hasOwn(result, "error"),
    "/error: nothing ≠ string",
  ),
  row(
    "the length of a list",
    { at: 1, list: [1] },
    { at: 2, list: [1, 2] },
    ({ list }) => list.length,
    "/list: other length",
  ),
  row(
    "a whole map",
    { at: 1, seen: new Map([[1, 2]]) },
    { at: 2, seen: new Map([[1, 3]]) },
    ({ seen }) => seen.get(1),
    "/seen: Map ≠ Map",
  ),
  row("what is frozen", frozen(1), frozen(2), ({ b }) => b, "/b: number ≠ number"),
  row(
    "a name like another's",
    JSON.parse('{"a":1,"__proto__":1}'),
    JSON.parse('{"a":2,"__proto__":2}'),
    (result) => Object.getOwnPropertyDescriptor(result, "__proto__")?.value,
    "/__proto__: number ≠ number",
  ),
  row("two values", 1, 2, (value) => value, "/: number ≠ number"),
  row(
    "an object where no field is enough alone",
    { a: 1, b: 1 },
    { a: 2, b: 2 },
    ({ a, b }) => a === 2 && b === 2,
    "/: not equal by the application's own word",
  ),
  row(
    "objects that no field tells apart",
    new Money(1, "EUR"),
    new Money(2, "EUR"),
    (money) => money.cents(),
    "/: not equal by the application's own word",
  ),
  row(
    "what cannot be taken apart",
    new Money(1, "EUR"),
    new Money(2, "USD"),
    (money) => money.cents(),
    "/: not equal by the application's own word",
  ),
])("names %s", (_, control, candidate, of, expected) => {
  expect(decidingDifference(control, candidate, by(of))).toBe(expected);
});

it("alters neither result", () => {
  const [control, candidate] = [
    { a: 1, list: [{ b: 1 }] },
    { a: 2, list: [{ b: 2 }] },
  ];
  decidingDifference(
    control,
    candidate,
    by(({ list }) => list[0]?.b),
  );
  expect([control, candidate]).toEqual([
    { a: 1, list: [{ b: 1 }] },
    { a: 2, list: [{ b: 2 }] },
  ]);
});

it("asks a slow one a hundred times at most", () => {
  const list = Array.from({ length: 1_000 }, (_, at) => at);
  let asked = 0;
  const equal = () => {
    asked++;
    return true;
  };
  const others = list.map((value) => -1 - value);
  expect(decidingDifference(list, others, equal)).toBe("/: not equal by the application's own word");
  expect(asked).toBe(100);
});

it("names the one field that is compared, whatever else differs", () => {
  const results = fc.dictionary(fc.string(), fc.integer(), { maxKeys: 20 });
  fc.assert(
    fc.property(results, results, fc.string(), (control, candidate, name) => {
      const compares = by<{ readonly [key: string]: number }>((result) => result[name]);
      const [a, b] = [
        { ...control, [name]: 1 },
        { ...candidate, [name]: 2 },
      ];
      expect(decidingDifference(a, b, compares)).toBe(`/${name}: number ≠ number`);
    }),
  );
});
