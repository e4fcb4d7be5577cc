import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate } from "./allocate.ts";
import { BUCKETS } from "./bucket.ts";
import type { Allocation, Weights } from "./model.ts";

/** Weights of the variants and the left-out share (`null`), by shares of any size, scaled to all buckets. */
function weightsFrom(variants: readonly string[], parts: readonly number[]): Weights {
  const total = parts.reduce((sum, part) => sum + part, 0) || 1;
  return Object.fromEntries(
    variants.map((variant, index) => [variant, Math.floor(((parts[index] ?? 0) / total) * BUCKETS)]),
  );
}

/** The share of every bucket, one by one: laws are checked on buckets, not on ranges. */
function expand(allocation: Allocation): readonly (string | null)[] {
  const shares = new Array<string | null>(BUCKETS).fill(null);
  let start = 0;
  for (const [upTo, share] of allocation) {
    shares.fill(share, start, upTo);
    start = upTo;
  }
  return shares;
}

function countShares(allocation: Allocation): Map<string | null, number> {
  const shares = expand(allocation);
  const count = (name: string | null) => shares.filter((share) => share === name).length;
  return new Map([...new Set(shares)].map((name) => [name, count(name)]));
}

function sharesOf(weights: Weights): Map<string | null, number> {
  const shares = new Map<string | null, number>(Object.entries(weights).filter(([, weight]) => weight > 0));
  const leftOut = BUCKETS - Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  if (leftOut > 0) shares.set(null, leftOut);
  return shares;
}

function halfTheDifferences(before: Map<string | null, number>, after: Map<string | null, number>): number {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].reduce((sum, name) => sum + Math.abs((before.get(name) ?? 0) - (after.get(name) ?? 0)), 0) / 2;
}

function countMoved(before: Allocation, after: Allocation): number {
  const was = expand(before);
  let moved = 0;
  for (const [bucket, share] of expand(after).entries()) if (share !== was[bucket]) moved++;
  return moved;
}

/** Ranges, the left-out one at the end included. */
function rangesOf(allocation: Allocation): number {
  return allocation.length + ((allocation.at(-1)?.[0] ?? 0) < BUCKETS ? 1 : 0);
}

/** Whether all that a layout serves `share` are served it by another as well. */
function isKept(share: string, smaller: Allocation, larger: Allocation): boolean {
  const later = expand(larger);
  return expand(smaller).every((served, bucket) => served !== share || later[bucket] === share);
}

/** Allocates one weighting after the other, each from the layout before; `remember` hands in the layouts of before. */
function chain(
  start: Allocation | null,
  weightings: readonly Weights[],
  { order, remember = false }: { order: readonly string[]; remember?: boolean },
): readonly Allocation[] {
  const layouts: Allocation[] = [];
  for (const weights of weightings) {
    const previous = layouts.at(-1) ?? start;
    const earlier = remember ? [...layouts].reverse().map((allocation) => ({ allocation })) : [];
    layouts.push(allocate({ previous, weights, order, earlier }));
  }
  return layouts;
}

const names = ["a", "b", "c", "d", "e", "f"];
/** Few distinct sizes beside any: ties, zeroes and returns to the same weights are where mistakes hide. */
const part = fc.oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 1_000_000 }));
const manyWeights = fc.array(part, { minLength: 7, maxLength: 7 }).map((parts) => weightsFrom(names, parts));
const weight = fc.oneof(fc.integer({ min: 0, max: BUCKETS }), fc.constantFrom(0, 10_000, 50_000, BUCKETS));

describe("allocate, for any number of shares", () => {
  it("gives every share exactly its weight, and moves exactly half the sum of the differences", () => {
    fc.assert(
      fc.property(fc.array(manyWeights, { minLength: 2, maxLength: 5 }), fc.boolean(), (weightings, remember) => {
        const layouts = chain(null, weightings, { order: names, remember });
        const weightsBefore = [{}, ...weightings];
        for (const [step, layout] of layouts.entries()) {
          const wanted = sharesOf(weightings[step] ?? {});
          expect(countShares(layout)).toEqual(wanted);
          const least = halfTheDifferences(sharesOf(weightsBefore[step] ?? {}), wanted);
          expect(countMoved(layouts[step - 1] ?? [], layout)).toBe(least);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("has one form: sorted, no neighbours of one share, nothing left out at the end", () => {
    fc.assert(
      fc.property(fc.array(manyWeights, { minLength: 1, maxLength: 8 }), (weightings) => {
        for (const layout of chain(null, weightings, { order: names })) {
          expect(layout.at(-1)?.[1]).not.toBeNull();
          for (const [index, [upTo, share]] of layout.entries()) {
            const [startsAt, neighbour] = layout[index - 1] ?? [0, undefined];
            expect(upTo).toBeGreaterThan(startsAt);
            expect(share).not.toBe(neighbour);
          }
        }
      }),
    );
  });

  it("leaves the layout as it is where the weights do not change", () => {
    fc.assert(
      fc.property(fc.array(manyWeights, { minLength: 1, maxLength: 5 }), (weightings) => {
        const layouts = chain(null, weightings, { order: names });
        const previous = layouts.at(-1) ?? null;
        const weights = weightings.at(-1) ?? {};
        expect(allocate({ previous, weights, order: [...names].reverse() })).toEqual(previous ?? []);
      }),
    );
  });

  it("goes back to the layout that weights had, the newest, wherever that moves no more than the least", () => {
    fc.assert(
      fc.property(fc.array(manyWeights, { minLength: 1, maxLength: 3 }), manyWeights, (between, weights) => {
        const layouts = chain(null, [weights, ...between], { order: names });
        const [held, ...others] = layouts;
        const previous = layouts.at(-1) ?? null;
        const earlier = [...others.reverse(), held ?? []].map((allocation) => ({ allocation }));
        const again = allocate({ previous, weights, order: names, earlier });
        const candidates = earlier.filter(
          ({ allocation }) => halfTheDifferences(countShares(allocation), sharesOf(weights)) === 0,
        );
        const least = halfTheDifferences(countShares(previous ?? []), sharesOf(weights));
        const expected = candidates.find(({ allocation }) => countMoved(previous ?? [], allocation) === least);
        if (expected !== undefined) expect(again).toEqual(expected.allocation);
      }),
      { numRuns: 40 },
    );
  });

  it("returns to the users of before, though others came between", () => {
    const order = ["a", "b", "c"];
    const before = { a: 20_000, b: 20_000, c: 20_000 };
    const layouts = chain(null, [before, { a: 35_000, b: 30_000, c: 20_000 }, before], { order, remember: true });
    expect(layouts[2]).toEqual(layouts[0]);
  });
});

describe("allocate, with two shares", () => {
  const orders = fc.constantFrom(["on", "off"], ["off", "on"]);
  const starts = fc.constantFrom<Allocation | null>(null, [[BUCKETS, "on"]], [[BUCKETS, "off"]]);
  const rivals = fc.constantFrom<(on: number) => Weights>(
    (on) => ({ on, off: BUCKETS - on }),
    (on) => ({ on }),
  );

  it("stays at two ranges, each step keeping all it can of the ones before: the last to come are the first to go", () => {
    fc.assert(
      fc.property(fc.array(weight, { maxLength: 8 }), orders, starts, rivals, (steps, order, start, rival) => {
        const layouts = chain(start, steps.map(rival), { order });
        for (const layout of layouts) expect(rangesOf(layout)).toBeLessThanOrEqual(2);
        const bySize = layouts.map((layout, index) => ({ layout, on: steps[index] ?? 0 })).sort((a, b) => a.on - b.on);
        for (const [index, { layout }] of bySize.entries()) {
          const larger = bySize[index + 1]?.layout;
          if (larger !== undefined) expect(isKept("on", layout, larger)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("stays at two ranges while the pair itself changes", () => {
    const pair = fc.constantFrom<(weight: number) => Weights>(
      (weight) => ({ a: weight, b: BUCKETS - weight }),
      (weight) => ({ b: weight, c: BUCKETS - weight }),
      (weight) => ({ c: weight, a: BUCKETS - weight }),
      (weight) => ({ a: weight }),
      (weight) => ({ c: weight }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(pair, weight), { maxLength: 12 }), fc.boolean(), (steps, remember) => {
        const weightings = steps.map(([weightsOf, share]) => weightsOf(share));
        for (const layout of chain(null, weightings, { order: names, remember })) {
          expect(rangesOf(layout)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it("comes back from 100 % on the side where it was, with the history at hand", () => {
    const atTheHighEnd: Allocation = [
      [75_000, "off"],
      [BUCKETS, "on"],
    ];
    const everybody: Allocation = [[BUCKETS, "on"]];
    const half = allocate({
      previous: everybody,
      weights: { on: 50_000, off: 50_000 },
      order: ["on", "off"],
      earlier: [{ allocation: everybody }, { allocation: atTheHighEnd }],
    });
    expect(half).toEqual([
      [50_000, "off"],
      [BUCKETS, "on"],
    ]);
  });
});

describe("allocate, over long random chains", () => {
  /** Deterministic, so that the bound below is checked on the same chains every time (mulberry32). */
  function randomFrom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  const variantsOf = (shares: number) => Array.from({ length: shares - 1 }, (_, index) => `v${index}`);

  const drawn = (random: () => number, shares: number): Weights =>
    weightsFrom(
      variantsOf(shares),
      Array.from({ length: shares }, () => -Math.log(1 - random())),
    );

  /** Moves up to 3 % from one variant to another: the hardest on the number of ranges. */
  function nudged(weights: Weights, random: () => number): Weights {
    const next = new Map(Object.entries(weights));
    const keys = [...next.keys()];
    const [from = "", to = ""] = [0, 1].map(() => keys[Math.floor(random() * keys.length)]);
    const amount = Math.min(next.get(from) ?? 0, Math.floor(random() * 3_000));
    next.set(from, (next.get(from) ?? 0) - amount);
    next.set(to, (next.get(to) ?? 0) + amount);
    return Object.fromEntries(next);
  }

  it.each([
    [3, 400],
    [4, 400],
    [6, 400],
    [10, 300],
    [20, 100],
    [65, 15],
  ])("stays under eight ranges a share: %i shares, %i new weightings", (shares, steps) => {
    const random = randomFrom(shares);
    const weightings = Array.from({ length: steps }, () => drawn(random, shares));
    const most = Math.max(...chain(null, weightings, { order: variantsOf(shares) }).map(rangesOf));
    expect(most).toBeLessThan(8 * shares);
  });

  it.each([
    [3, 2_000],
    [6, 2_000],
    [10, 2_000],
  ])("stays under eight ranges a share: %i shares, %i small moves from one to another", (shares, steps) => {
    const random = randomFrom(shares);
    const weightings = [drawn(random, shares)];
    for (let step = 0; step < steps; step++) weightings.push(nudged(weightings.at(-1) ?? {}, random));
    const most = Math.max(...chain(null, weightings, { order: variantsOf(shares) }).map(rangesOf));
    expect(most).toBeLessThan(8 * shares);
  });
});
