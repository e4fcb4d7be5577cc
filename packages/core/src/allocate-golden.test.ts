import { describe, expect, it } from "vitest";
import { allocate } from "./allocate.ts";
import { BUCKETS } from "./bucket.ts";
import { murmur3 } from "./hash.ts";
import type { Allocation, Weights } from "./model.ts";

/** Numbers that are the same at every run and in every language: Lehmer's generator, in its minimal standard form. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const names = (shares: number) => Array.from({ length: shares }, (_, at) => `v${at}`);

/** Weights of which each takes what it wants of what the ones before have left, in steps that make ties frequent. */
function randomWeights(order: readonly string[], next: (below: number) => number, step: number): Weights {
  let left = BUCKETS;
  return Object.fromEntries(
    order.map((variant) => {
      const weight = Math.min(left, step * next(Math.floor((2 * BUCKETS) / step / order.length)));
      left -= weight;
      return [variant, weight] as const;
    }),
  );
}

/** All layouts of a chain of changes, each from the one before, in one number. */
function digestOfChain(shares: number, step: number): number {
  const order = names(shares);
  const next = numbers(shares * 1_000 + step);
  const layouts: Allocation[] = [];
  for (let round = 0; round < 60; round++) {
    const weights = randomWeights(order, next, step);
    layouts.push(allocate({ previous: layouts.at(-1) ?? null, weights, order }));
  }
  return murmur3(JSON.stringify(layouts), 0);
}

describe("allocate", () => {
  // Golden: which of the layouts that move least is taken decides who moves, and must not change unnoticed.
  it.each([
    [2, 10_000, 1_460_128_508],
    [3, 10_000, 1_558_715_205],
    [4, 5_000, 77_760_715],
    [5, 1_000, 2_038_346_978],
    [6, 5_000, 2_935_181_873],
    [8, 1, 814_277_401],
    [12, 2_500, 1_497_269_753],
  ])("lays out chains of changes over %i variants in steps of %i as it always did", (shares, step, digest) => {
    expect(digestOfChain(shares, step)).toBe(digest);
  });

  it.each<[string, Weights, string]>([
    ["is negative", { on: -1 }, "The weight of on is -1. Give a whole number from 0 to 100000."],
    ["is fractional", { off: 0.5 }, "The weight of off is 0.5. Give a whole number from 0 to 100000."],
    ["is too much with others", { on: 60_000, off: 40_001 }, "The weights are 100001 in sum. Give at most 100000."],
  ])("says which weight %s", (_what, weights, message) => {
    expect(() => allocate({ previous: null, weights, order: ["on", "off"] })).toThrow(new RangeError(message));
  });
});
