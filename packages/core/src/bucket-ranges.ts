/** An allocation taken apart into ranges, to be measured and cut. */
import { BUCKETS } from "./bucket.ts";
import type { Allocation } from "./model.ts";

/** A variant, or null for what is left out. */
export type Share = string | null;

/** Buckets by share; none is 0. */
export type Shares = ReadonlyMap<Share, number>;

/** Neighbours in a list of ranges cover neighbouring buckets, from 0 on and all of them, and differ in their share. */
export interface Range {
  readonly share: Share;
  readonly length: number;
}
export type Layout = readonly Range[];

/** All buckets: those past the last range are left out. */
export function readLayout(allocation: Allocation): Layout {
  let start = 0;
  const ranges: Range[] = [];
  for (const [upTo, share] of [...allocation, [BUCKETS, null] as const]) {
    ranges.push({ share, length: upTo - start });
    start = upTo;
  }
  return merged(ranges);
}

/** The one form of a layout: what is left out at the end is not written. */
export function writeLayout(layout: Layout): Allocation {
  let upTo = 0;
  const allocation: (readonly [number, Share])[] = [];
  for (const { share, length } of layout) {
    upTo += length;
    allocation.push([upTo, share]);
  }
  return allocation.at(-1)?.[1] === null ? allocation.slice(0, -1) : allocation;
}

/** Without empty ranges, neighbours of one share made one. */
export function merged(ranges: Layout): Layout {
  const layout: Range[] = [];
  for (const range of ranges) {
    const last = layout.at(-1);
    if (range.length <= 0) continue;
    if (last?.share === range.share) layout[layout.length - 1] = { ...last, length: last.length + range.length };
    else layout.push(range);
  }
  return layout;
}

export function sharesOf(layout: Layout): Shares {
  const shares = new Map<Share, number>();
  for (const { share, length } of layout) shares.set(share, (shares.get(share) ?? 0) + length);
  return shares;
}

/** How many buckets differ between two layouts. */
export function bucketsMoved(left: Layout, right: Layout): number {
  let moved = 0;
  let at = 0;
  let leftIndex = 0;
  let leftEnd = left[0]?.length ?? BUCKETS;
  for (const { share, length } of right) {
    const rightEnd = at + length;
    while (at < rightEnd) {
      const end = Math.min(leftEnd, rightEnd);
      if (left[leftIndex]?.share !== share) moved += end - at;
      at = end;
      if (at === leftEnd) leftEnd += left[++leftIndex]?.length ?? BUCKETS;
    }
  }
  return moved;
}
