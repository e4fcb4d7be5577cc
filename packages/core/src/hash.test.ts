import { readFileSync } from "node:fs";
import fc from "fast-check";
import murmurhash from "murmurhash";
import { describe, expect, it } from "vitest";
import { murmur3 } from "./hash.ts";

const vectors: readonly [text: string, seed: number, hash: number][] = JSON.parse(
  readFileSync(new URL("../../../test/conformance/murmur3.json", import.meta.url), "utf8"),
);

/** MurmurHash3 over bytes, as written by somebody else. */
function oracle(text: string, seed: number): number {
  return murmurhash.v3(new TextEncoder().encode(text), seed);
}

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
/** Any sequence of UTF-16 units, surrogates that stand alone or in the wrong order among them. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.constant(0x61)), {
    maxLength: 40,
  })
  .map((units) => String.fromCharCode(...units));

describe("murmur3", () => {
  it("agrees with every vector of the conformance data (I11)", () => {
    expect(vectors).toHaveLength(2000);
    const wrong = vectors.filter(([text, seed, hash]) => murmur3(text, seed) !== hash);
    expect(wrong).toEqual([]);
  });

  it("agrees with an independent implementation over the UTF-8 bytes of any text", () => {
    const texts = fc.oneof(anyUnits, fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 200 }));
    fc.assert(
      fc.property(texts, seeds, (text, seed) => {
        expect(murmur3(text, seed)).toBe(oracle(text, seed));
      }),
      { numRuns: 2000 },
    );
  });

  it("agrees where a wide character meets each position of a block", () => {
    for (const wide of ["\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10000}", "\u{10ffff}"]) {
      for (let before = 0; before < 9; before++) {
        for (let after = 0; after < 5; after++) {
          const text = "a".repeat(before) + wide + "b".repeat(after) + wide;
          expect(murmur3(text, 42), JSON.stringify(text)).toBe(oracle(text, 42));
        }
      }
    }
  });

  it.each([
    ["a lone high surrogate", "\ud800", "\ufffd"],
    ["a lone low surrogate", "\udc00", "\ufffd"],
    ["surrogates in the wrong order", "\udc00\ud800", "\ufffd\ufffd"],
    ["a high surrogate at the end", "abc\ud83d", "abc\ufffd"],
    ["a high surrogate before a pair", "\ud83d\ud83d\ude00", "\ufffd\ud83d\ude00"],
    ["a high surrogate before a letter", "\ud83dx", "\ufffdx"],
  ])("hashes %s as U+FFFD", (_, text, wellFormed) => {
    expect(murmur3(text, 7)).toBe(oracle(text, 7));
    expect(murmur3(text, 7)).toBe(murmur3(wellFormed, 7));
  });

  it("gives an unsigned result", () => {
    expect(murmur3("", 1)).toBe(1364076727);
    expect(murmur3("", 86028157)).toBe(4002661964);
  });
});
