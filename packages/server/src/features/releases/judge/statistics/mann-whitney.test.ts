import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pLarger } from "./mann-whitney.ts";
import { lnNormalCdf } from "./normal.ts";

const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1 });

/** Pair by pair, as it is defined. */
function byPairs(treated: readonly number[], control: readonly number[]): number {
  const pairs = treated.flatMap((t) => control.map((c) => [t, c] as const));
  const u = pairs.reduce((sum, [t, c]) => sum + (t > c ? 1 : 0) + (t === c ? 0.5 : 0), 0);
  const [n, m] = [treated.length, control.length];
  const counts = new Map<number, number>();
  for (const value of [...treated, ...control]) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  return variance <= 0 ? 1 : Math.exp(lnNormalCdf(-(u - (n * m) / 2 - 0.5) / Math.sqrt(variance)));
}

describe("pLarger", () => {
  it("is what counting pairs gives, whatever is tied", () => {
    fc.assert(
      fc.property(values, values, (treated, control) => {
        expect(pLarger(treated, control)).toBeCloseTo(byPairs(treated, control), 12);
      }),
    );
  });
});
