/**
 * Weights become a layout of buckets, starting from the layout in force, so that as few users as possible change what
 * they are served: exactly half the sum of the absolute weight differences, the left-out share counting as a variant.
 * That is reached by every layout in which shares that shrink only give buckets away and shares that grow only
 * receive them; the choice among those keeps the ranges few and brings back the users of before. In order:
 *
 *     1. a layout that these weights had before
 *     2. one range for each share, in order       [ on 25 ][ off 75 ]
 *     3. the layout in force, shifted             [ on 50     ][ off 50 ]   what moved lies where the two meet
 *
 * the first two only where they move no more than the least. Two shares therefore stay two ranges, and the last to
 * come are the first to go.
 */
import { BUCKETS } from "./bucket.ts";
import {
  bucketsMoved,
  type Layout,
  readLayout,
  type Share,
  type Shares,
  sharesOf,
  writeLayout,
} from "./bucket-ranges.ts";
import type { Allocation, Weights } from "./model.ts";
import { shiftLayout } from "./shift-layout.ts";

export interface AllocateInput {
  /**
   * The layout in force. Where something else decided here before: `[[100000, variantServedBefore]]`, or null where
   * all were left out.
   */
  readonly previous: Allocation | null;
  /** Parts of 100,000 by variant; what they leave of it is left out. */
  readonly weights: Weights;
  /** The flag's variants in their order: the order of ranges in a first layout. */
  readonly order: readonly string[];
  /** Layouts that this rollout had before, the newest first, under the same seed and `bucketBy`. */
  readonly earlier?: readonly { readonly allocation: Allocation }[];
}

/**
 * The new layout, pure and deterministic. Ranges of one share never touch, and what is left out at the end is not
 * written, so a layout has one form; the one that leaves everybody out is empty.
 *
 * Throws a RangeError where the weights are no whole numbers from 0, or are over 100,000 in sum.
 */
export function allocate({ previous, weights, order, earlier = [] }: AllocateInput): Allocation {
  const wanted = sharesWanted(weights, order);
  const before = readLayout(previous ?? []);
  const history = earlier.map(({ allocation }) => readLayout(allocation));
  const least = leastMove(sharesOf(before), wanted);
  const isLeast = (layout: Layout) => bucketsMoved(before, layout) === least;
  const again = history.filter((layout) => leastMove(sharesOf(layout), wanted) === 0);
  const first = firstLayout(wanted, [before, ...history]);
  return writeLayout([...again, first].find(isLeast) ?? shiftLayout(before, wanted));
}

function sharesWanted(weights: Weights, order: readonly string[]): Shares {
  const given = new Map(Object.entries(weights));
  const shares = new Map<Share, number>();
  let leftOut = BUCKETS;
  for (const variant of new Set([...order, ...given.keys()])) {
    const weight = given.get(variant) ?? 0;
    if (!Number.isInteger(weight) || weight < 0) {
      throw new RangeError(`The weight of ${variant} is ${weight}. Give a whole number from 0 to ${BUCKETS}.`);
    }
    leftOut -= weight;
    shares.set(variant, weight);
  }
  if (leftOut < 0) throw new RangeError(`The weights are ${BUCKETS - leftOut} in sum. Give at most ${BUCKETS}.`);
  return shares.set(null, leftOut);
}

/** How many buckets must change their share: what those that shrink lose. */
function leastMove(before: Shares, after: Shares): number {
  let lost = 0;
  for (const [share, count] of before) lost += Math.max(0, count - (after.get(share) ?? 0));
  return lost;
}

/**
 * One range a share, in the order of the newest layout that shows one, then in the flag's: a rollout that went to
 * 100 % and comes back finds its users on the side where they were.
 */
function firstLayout(wanted: Shares, history: readonly Layout[]): Layout {
  const known = history.find((layout) => layout.length > 1) ?? [];
  const order = new Set([...known.map(({ share }) => share), ...wanted.keys()]);
  return [...order].map((share) => ({ share, length: wanted.get(share) ?? 0 })).filter(({ length }) => length > 0);
}
