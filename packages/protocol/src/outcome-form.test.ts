import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CELLS,
  cellOf,
  decodeBins,
  decodeCells,
  decodeLadders,
  decodeSketch,
  encodeBins,
  encodeCells,
  FIRST_LADDER_BIN,
  FIRST_SKETCH_BIN,
  LADDER_BINS,
  ladderBin,
  SKETCH_BINS,
  SKETCH_GAMMA,
  sketchBin,
} from "./index.ts";

describe("cells", () => {
  it("read as they were written, whichever way was shorter", () => {
    const sums = fc.array(fc.oneof(fc.constant(0), fc.nat(9)), {
      minLength: CELLS,
      maxLength: CELLS,
    });
    fc.assert(
      fc.property(sums, (given) => {
        expect(decodeCells(encodeCells(given))).toEqual(given);
      }),
    );
    expect(encodeCells([0, 3, 0])).toEqual([[1, 3]]);
    expect(decodeCells([[CELLS, 5]])).toEqual(new Array(CELLS).fill(0));
  });

  it("are the same for a user wherever he is, and another release's are others", () => {
    expect([cellOf("abcd1234", "u1"), cellOf("abcd1234", "u2"), cellOf("wxyz9876", "u1")]).toEqual([
      cellOf("abcd1234", "u1"),
      cellOf("abcd1234", "u2"),
      cellOf("wxyz9876", "u1"),
    ]);
    const filled = new Set(Array.from({ length: 2_000 }, (_, user) => cellOf("abcd1234", `u${user}`)));
    expect(filled.size).toBe(CELLS);
  });
});

describe("bins", () => {
  it.each([0, -5, 1e-9, 2 ** -10])("take %d ms for the shortest", (ms) => {
    expect(sketchBin(ms)).toBe(FIRST_SKETCH_BIN);
    expect(ladderBin(ms)).toBe(FIRST_LADDER_BIN);
  });

  it.each([2 ** 33, 1e300, Number.POSITIVE_INFINITY])("take %d ms for the longest", (ms) => {
    expect(sketchBin(ms)).toBe(FIRST_SKETCH_BIN + SKETCH_BINS - 1);
    expect(ladderBin(ms)).toBe(FIRST_LADDER_BIN + LADDER_BINS - 1);
  });

  it("hold what lies above the edge below and up to their own", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e8, noNaN: true }), (ms) => {
        const bin = sketchBin(ms);
        expect(ms).toBeLessThanOrEqual(SKETCH_GAMMA ** bin * (1 + 1e-9));
        expect(ms).toBeGreaterThan(SKETCH_GAMMA ** (bin - 1) * (1 - 1e-9));
      }),
    );
  });

  it("read as they were written", () => {
    const counts = fc.array(fc.nat(3), { maxLength: SKETCH_BINS });
    fc.assert(
      fc.property(counts, (given) => {
        const read = decodeSketch(encodeBins(given, FIRST_SKETCH_BIN));
        expect(given.map((_, slot) => read[slot] ?? 0)).toEqual(given);
        expect(read.at(-1)).not.toBe(0);
      }),
    );
    expect(decodeBins([-5, 1, 2, 3], -4, 2)).toEqual([2, 3]);
    const ladders = decodeLadders([
      [2, FIRST_LADDER_BIN, 4],
      [CELLS, FIRST_LADDER_BIN, 9],
      [2, FIRST_LADDER_BIN + 1, 5],
    ]);
    expect(ladders.slice(2 * LADDER_BINS, 2 * LADDER_BINS + 3)).toEqual([4, 5, 0]);
    expect(ladders.reduce((sum, count) => sum + count, 0)).toBe(9);
  });
});
