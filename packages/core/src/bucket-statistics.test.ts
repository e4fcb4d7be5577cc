/**
 * Whether buckets are as good as drawn by lot, for keys as applications have them. Keys are made deterministically, so
 * a test that passes today passes tomorrow; over all hash functions that are as good as random, one check in a million
 * would fail.
 */
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf } from "./bucket.ts";
import { murmur3 } from "./hash.ts";

const KEYS = 20_000;
const CELLS = 100;

/** The standard normal quantile of 1 - 10^-6. */
const Z = 4.7534;

/** The χ² quantile of the same chance, by Wilson and Hilferty (1931). */
function chiSquareLimit(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + Z * Math.sqrt(spread)) ** 3;
}

/** Pearson's χ² of counts against equal shares. */
function chiSquare(cells: readonly number[], cellCount: number): number {
  const counts = new Array<number>(cellCount).fill(0);
  for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + 1;
  const expected = cells.length / cellCount;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const keysOf = (make: (index: number) => string) => Array.from({ length: KEYS }, (_, index) => make(index));

/** Version 4 in form; its digits from a hash that shares nothing with MurmurHash3 (xorshift32). */
function uuid(index: number): string {
  let state = index * 2_654_435_761 + 1;
  const digits = Array.from({ length: 32 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 28).toString(16);
  }).join("");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}

const emoji = ["🦊", "🐻", "🐼", "🐨", "🐯", "🦁", "🐮", "🐷", "🐸", "🐵"];
const emojiNumber = (index: number) => [...String(index)].map((digit) => emoji[Number(digit)]).join("");

const populations: readonly [name: string, keys: readonly string[]][] = [
  ["UUIDs", keysOf(uuid)],
  ["sequential integers", keysOf((index) => String(index + 1))],
  ["sequential integers from ten million on", keysOf((index) => String(10_000_000 + index))],
  ["e-mail addresses", keysOf((index) => `user.${index}@example.com`)],
  ["e-mail addresses that differ at their end", keysOf((index) => `someone@customer-${index}.example`)],
  ["short strings", keysOf((index) => index.toString(36))],
  ["emoji", keysOf(emojiNumber)],
];

const seeds = [0, 1, 0xffff_ffff, murmur3("new-checkout", 0), murmur3("new-search", 0)];

describe("buckets of real-looking keys", () => {
  it.each(populations)("are equally likely: %s", (_, keys) => {
    for (const seed of seeds) {
      const cells = keys.map((key) => Math.floor((bucketOf(key, seed) * CELLS) / BUCKETS));
      expect(chiSquare(cells, CELLS), `seed ${seed}`).toBeLessThan(chiSquareLimit(CELLS - 1));
    }
  });

  it.each(populations)("under one flag's seed say nothing of those under another's: %s", (_, keys) => {
    const pairs = seeds.flatMap((one, index) => seeds.slice(index + 1).map((other) => [one, other] as const));
    for (const [one, other] of pairs) {
      const cells = keys.map((key) => tenth(bucketOf(key, one)) * 10 + tenth(bucketOf(key, other)));
      expect(chiSquare(cells, CELLS), `seeds ${one} and ${other}`).toBeLessThan(chiSquareLimit(CELLS - 1));
    }
  });

  it.each(populations)("fill a rollout of 1 %% as the binomial allows: %s", (_, keys) => {
    const taken = keys.filter((key) => bucketOf(key, 42) < BUCKETS / 100).length;
    const deviation = Math.sqrt(KEYS * 0.01 * 0.99);
    expect(Math.abs(taken - KEYS * 0.01)).toBeLessThan(Z * deviation);
  });
});

function tenth(bucket: number): number {
  return Math.floor((bucket * 10) / BUCKETS);
}
