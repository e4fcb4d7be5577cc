/** Where a condition that holds from some point on begins, between two points; `undefined` where it does not hold at `high`. */
export function firstWhere(low: number, high: number, holds: (point: number) => boolean): number | undefined {
  if (!holds(high)) return undefined;
  let below = low;
  let from = high;
  for (let round = 0; round < 200 && from - below > 1e-13 * Math.max(1, Math.abs(from)); round++) {
    const middle = (below + from) / 2;
    if (holds(middle)) from = middle;
    else below = middle;
  }
  return from;
}
