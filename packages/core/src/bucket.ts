import { hash32 } from "./hash.ts";
import type { Allocation } from "./model.ts";

/** How finely contexts are split: a bucket is a thousandth of a per cent. */
export const BUCKETS = 100_000;

/**
 * The bucket of a key, 0 to 99,999: `floor(murmur3_x86_32(utf8(key), seed) × 100000 / 2^32)`. The product stays below
 * 2^53, so the result is exact. That an empty key has no bucket is the caller's to know.
 */
export function bucketOf(key: string, seed: number): number {
  return Math.floor(((hash32(key, seed) >>> 0) * BUCKETS) / 0x1_0000_0000);
}

/** The variant of a bucket, or null where the allocation leaves it out. By bisection: layouts may have hundreds of ranges. */
export function variantAt(allocation: Allocation, bucket: number): string | null {
  let low = 0;
  let high = allocation.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = allocation[middle];
    if (range !== undefined && range[0] <= bucket) low = middle + 1;
    else high = middle;
  }
  return allocation[low]?.[1] ?? null;
}
