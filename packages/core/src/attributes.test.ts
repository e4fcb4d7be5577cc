import { describe, expect, it } from "vitest";
import { attributeReader, attributesOf, keyIn } from "./attributes.ts";

class Account {
  own = 1;
  get inherited() {
    return 2;
  }
}

const lookUps: readonly (readonly [what: string, name: string, context: unknown, value: unknown])[] = [
  ["an attribute", "plan", { plan: "pro" }, "pro"],
  ["no attribute", "plan", {}, undefined],
  ["a step at every dot", "a.b.c", { a: { b: { c: 1 } } }, 1],
  ["the whole name first", "a.b", { "a.b": 1, a: { b: 2 } }, 1],
  ["the whole name even where it is null", "a.b", { "a.b": null, a: { b: 2 } }, null],
  ["no mixture of whole name and path", "a.b.c", { "a.b": { c: 1 } }, undefined],
  ["no step into a list", "tags.0", { tags: ["x"] }, undefined],
  ["no length of a list", "tags.length", { tags: ["x"] }, undefined],
  ["no length of a string", "plan.length", { plan: "pro" }, undefined],
  ["no step into null", "a.b", { a: null }, undefined],
  ["empty steps", "a..b", { a: { "": { b: 1 } } }, 1],
  ["no inherited constructor", "constructor", {}, undefined],
  ["no inherited path", "a.constructor.name", { a: {} }, undefined],
  ["an own constructor", "constructor", { constructor: 1 }, 1],
  ["no prototype", "__proto__", {}, undefined],
  ["an own __proto__", "__proto__", JSON.parse('{"__proto__": 1}'), 1],
  ["an own __proto__ on the way", "__proto__.a", JSON.parse('{"__proto__": {"a": 1}}'), 1],
  ["an own field of a class", "own", new Account(), 1],
  ["no accessor of a class", "inherited", new Account(), undefined],
  ["nothing in null", "a", null, undefined],
  ["nothing in a list", "length", ["x"], undefined],
  ["nothing in a string", "length", "abc", undefined],
  ["an object without a prototype", "a", Object.assign(Object.create(null), { a: 1 }), 1],
];

describe("attributeReader", () => {
  it.each(lookUps)("finds %s", (_what, name, context, value) => {
    expect(attributeReader(name)(attributesOf(context))).toBe(value);
  });

  it("throws where a revoked proxy stands for the context, as reading any other broken context does", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => attributeReader("a")(attributesOf(proxy))).toThrow(TypeError);
  });
});

describe("keyIn", () => {
  it.each([
    ["u1", "u1"],
    ["", ""],
    [7, "7"],
    [-0, "0"],
    [-7, "-7"],
    [2 ** 53 - 1, "9007199254740991"],
    [2 ** 53, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [true, undefined],
    [null, undefined],
    [7n, undefined],
    [["u1"], undefined],
  ])("of %o is %o", (value, key) => {
    expect(keyIn(value)).toBe(key);
  });
});
