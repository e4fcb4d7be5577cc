import murmurhash from "murmurhash";
import { describe, expect, it } from "vitest";
import { murmur3 } from "./hash.ts";

/** UTF-16 units at which the number of UTF-8 bytes changes, and those on either side of surrogates. */
const edges = [0x61, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff];

describe("murmur3", () => {
  it("agrees with an independent implementation at every edge, wherever it falls in a block of four bytes", () => {
    const wrong: string[] = [];
    for (const prefix of ["", "x", "xx", "xxx", "xxxx"]) {
      for (const first of edges) {
        for (const second of edges) {
          for (const third of edges) {
            const text = prefix + String.fromCharCode(first, second, third);
            if (murmur3(text, 7) !== murmurhash.v3(new TextEncoder().encode(text), 7)) wrong.push(unitsOf(text));
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  const unitsOf = (text: string) => [...text].map((each) => each.codePointAt(0)?.toString(16)).join(" ");
});
