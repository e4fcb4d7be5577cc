import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf, variantAt } from "./bucket.ts";
import { murmur3 } from "./hash.ts";
import type { Allocation } from "./model.ts";

describe("bucketOf", () => {
  // Golden: a change of any of these moves users between variants.
  it.each([
    ["user-1", 0, 97_122],
    ["user-1", 1_812_433_253, 68_715],
    ["00000000-0000-4000-8000-000000000000", 1_812_433_253, 35_109],
    ["jürgen@example.com", 4_294_967_295, 29_279],
    ["🦊", 42, 83_341],
  ])("puts %s under seed %i into bucket %i (I11)", (key, seed, bucket) => {
    expect(bucketOf(key, seed)).toBe(bucket);
  });

  it("is floor(hash × 100000 / 2^32), exactly", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (key, seed) => {
        const exact = (BigInt(murmur3(key, seed)) * 100_000n) / 0x1_0000_0000n;
        expect(bucketOf(key, seed)).toBe(Number(exact));
      }),
    );
  });
});

describe("variantAt", () => {
  const allocation: Allocation = [
    [5_000, "on"],
    [60_000, null],
    [99_999, "off"],
  ];

  it.each([
    [0, "on"],
    [4_999, "on"],
    [5_000, null],
    [59_999, null],
    [60_000, "off"],
    [99_998, "off"],
    [99_999, null],
  ])("gives bucket %i to %s", (bucket, variant) => {
    expect(variantAt(allocation, bucket)).toBe(variant);
  });

  it("leaves everybody out where there are no ranges", () => {
    expect(variantAt([], 0)).toBeNull();
  });

  it("gives the first range that ends above the bucket, whatever the number of ranges", () => {
    const ends = fc.uniqueArray(fc.integer({ min: 1, max: BUCKETS }), { maxLength: 70 });
    fc.assert(
      fc.property(ends, fc.integer({ min: 0, max: BUCKETS - 1 }), (upTos, bucket) => {
        const ranges = upTos.sort((a, b) => a - b).map((upTo): [number, string] => [upTo, `v${upTo}`]);
        const expected = ranges.find(([upTo]) => bucket < upTo)?.[1] ?? null;
        expect(variantAt(ranges, bucket)).toBe(expected);
      }),
    );
  });
});
