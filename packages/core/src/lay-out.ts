import { allocate } from "./allocate.ts";
import type { Allocation, Variant, Weights } from "./model.ts";

/** Weights that come without a history, as those of a configuration file do: laid out in the order of the variants. */
export function layOutWeights(weights: Weights, variants: readonly Variant[]): Allocation {
  return allocate({ previous: null, weights, order: variants.map(({ key }) => key) });
}
