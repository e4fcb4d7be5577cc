import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalJson, freezeDeep, isCount, isJson, isList, isRecord, isSeed, isText, MAX_NESTING } from "./json.ts";

function nested(levels: number, make: (inner: unknown) => unknown): unknown {
  let value: unknown = 7;
  for (let level = 0; level < levels; level++) value = make(value);
  return value;
}

const inList = (inner: unknown) => [inner];
const inObject = (inner: unknown) => ({ inner });

describe("what a value is", () => {
  it.each<[unknown, object]>([
    [{}, { record: true, list: false, text: false, count: false, seed: false, json: true }],
    [[], { record: false, list: true, text: false, count: false, seed: false, json: true }],
    [null, { record: false, list: false, text: false, count: false, seed: false, json: true }],
    [undefined, { record: false, list: false, text: false, count: false, seed: false, json: false }],
    ["", { record: false, list: false, text: true, count: false, seed: false, json: true }],
    ["7", { record: false, list: false, text: true, count: false, seed: false, json: true }],
    [true, { record: false, list: false, text: false, count: false, seed: false, json: true }],
    [0, { record: false, list: false, text: false, count: true, seed: true, json: true }],
    [-1, { record: false, list: false, text: false, count: false, seed: false, json: true }],
    [0.5, { record: false, list: false, text: false, count: false, seed: false, json: true }],
    [2 ** 32 - 1, { record: false, list: false, text: false, count: true, seed: true, json: true }],
    [2 ** 32, { record: false, list: false, text: false, count: true, seed: false, json: true }],
    [2 ** 53 - 1, { record: false, list: false, text: false, count: true, seed: false, json: true }],
    [2 ** 53, { record: false, list: false, text: false, count: false, seed: false, json: true }],
    [Number.NaN, { record: false, list: false, text: false, count: false, seed: false, json: false }],
    [Number.POSITIVE_INFINITY, { record: false, list: false, text: false, count: false, seed: false, json: false }],
    [1n, { record: false, list: false, text: false, count: false, seed: false, json: false }],
    [Symbol("s"), { record: false, list: false, text: false, count: false, seed: false, json: false }],
    [() => 1, { record: false, list: false, text: false, count: false, seed: false, json: false }],
    [[undefined], { record: false, list: true, text: false, count: false, seed: false, json: false }],
    [[1, { a: Number.NaN }], { record: false, list: true, text: false, count: false, seed: false, json: false }],
    [{ a: [1, null] }, { record: true, list: false, text: false, count: false, seed: false, json: true }],
  ])("of %o is told", (value, expected) => {
    expect({
      record: isRecord(value),
      list: isList(value),
      text: isText(value),
      count: isCount(value),
      seed: isSeed(value),
      json: isJson(value),
    }).toEqual(expected);
  });

  it.each([inList, inObject])("is JSON no deeper than may be read", (make) => {
    expect(isJson(nested(MAX_NESTING, make))).toBe(true);
    expect(isJson(nested(MAX_NESTING + 1, make))).toBe(false);
  });
});

describe("equalJson", () => {
  it("tells what JSON text would tell, whatever the order of fields", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(equalJson(a, structuredClone(a))).toBe(true);
        expect(equalJson(a, reversed(a))).toBe(true);
        if (equalJson(a, b)) expect(reversed(reversed(b))).toEqual(reversed(reversed(a)));
        expect(equalJson(a, b)).toBe(equalJson(b, a));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[unknown, unknown]>([
    [[], {}],
    [{}, []],
    [[1], [1, 2]],
    [[1, 2], [1]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: 1, b: 1 }, { a: 1 }],
    [{ a: undefined }, { toString: undefined }],
    [{ toString: Object.prototype.toString }, { a: Object.prototype.toString }],
    [null, {}],
    [{}, null],
    ["1", 1],
    [{ length: 0 }, []],
    [{ 0: 1 }, [1]],
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
  ])("tells %o from %o", (a, b) => {
    expect(equalJson(a, b)).toBe(false);
  });

  it("looks at own fields alone", () => {
    const heir: unknown = Object.assign(Object.create({ inherited: 1 }), { a: 1 });
    expect([equalJson(heir, { a: 1 }), equalJson({ a: 1 }, heir)]).toEqual([true, true]);
  });

  it.each([inList, inObject])("compares as deep as may be read, and finds what lies deeper different", (make) => {
    expect(equalJson(nested(MAX_NESTING, make), nested(MAX_NESTING, make))).toBe(true);
    expect(equalJson(nested(MAX_NESTING + 1, make), nested(MAX_NESTING + 1, make))).toBe(false);
    expect(equalJson(nested(100_000, make), nested(100_000, make))).toBe(false);
  });

  function reversed(value: unknown): unknown {
    if (isList(value)) return value.map(reversed);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, part]) => [name, reversed(part)]),
    );
  }
});

describe("freezeDeep", () => {
  it("makes everything in a value immutable, and answers with it", () => {
    const value = { list: [{ deep: 1 }], nothing: null, text: "x" };
    expect(freezeDeep(value)).toBe(value);
    expect([value, value.list, value.list[0]].every(Object.isFrozen)).toBe(true);
    expect([null, 7, "x", undefined].map(freezeDeep)).toEqual([null, 7, "x", undefined]);
  });
});
