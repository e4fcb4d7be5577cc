import type { Allocation, Variant, Weights } from "./model.ts";

/**
 * Weights that come without a history, as those of a configuration file do: laid out in the order of the variants, as
 * `allocate` does where nothing was before. They have been checked.
 */
export function layOutWeights(weights: Weights, variants: readonly Variant[]): Allocation {
  const shares = new Map(Object.entries(weights));
  const ranges: (readonly [number, string])[] = [];
  let upTo = 0;
  for (const { key } of variants) {
    const weight = shares.get(key) ?? 0;
    upTo += weight;
    if (weight > 0) ranges.push([upTo, key]);
  }
  return ranges;
}
