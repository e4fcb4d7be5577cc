import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, variantAt } from "../bucket.ts";
import type { Allocation } from "../model.ts";
import { boundsOf, rangeOfHash } from "./serve.ts";

const layouts = fc
  .uniqueArray(fc.integer({ min: 1, max: BUCKETS }), { maxLength: 40 })
  .map((borders) => borders.sort((one, other) => one - other));

/** As the model has it, of an unsigned hash. */
const bucketOfHash = (hash: number) => Math.floor((hash * BUCKETS) / 2 ** 32);

/** The least hash of a bucket. */
const leastHashOf = (bucket: number) => Number((BigInt(bucket) * 2n ** 32n + BigInt(BUCKETS) - 1n) / BigInt(BUCKETS));

describe("the range of a hash", () => {
  const found = (allocation: Allocation, hash: number) =>
    allocation[rangeOfHash(boundsOf(allocation), hash | 0)]?.[1] ?? null;

  it("is the one that the allocation names for its bucket, whether there are few or many, bounds included", () => {
    fc.assert(
      fc.property(layouts, fc.nat(2 ** 32 - 1), (borders, drawn) => {
        const allocation: Allocation = borders.map((upTo) => [upTo, `to ${upTo}`]);
        const bounds = borders.filter((upTo) => upTo < BUCKETS).map(leastHashOf);
        for (const hash of [
          drawn,
          0,
          2 ** 31 - 1,
          2 ** 31,
          2 ** 32 - 1,
          ...bounds,
          ...bounds.map((bound) => bound - 1),
        ])
          expect(found(allocation, hash)).toBe(variantAt(allocation, bucketOfHash(hash)));
      }),
    );
  });

  it("changes at the least hash of every bucket, and no other", () => {
    for (let bucket = 1; bucket < BUCKETS; bucket += 1) {
      const [bound] = boundsOf([
        [bucket, "a"],
        [BUCKETS, "b"],
      ]);
      expect((bound ?? 0) + 2 ** 31).toBe(leastHashOf(bucket));
    }
  });
});
