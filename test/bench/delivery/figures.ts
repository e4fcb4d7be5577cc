/** Times and what becomes of them in a table. */

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds by the clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Of many numbers, at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** How many times `floor` it is; of what is lost in the noise there is no ratio. */
export function times(value: number, floor: number): string {
  return value > 0 && floor > 0 ? `${(value / floor).toFixed(2)}×` : "–";
}

export function tenths(value: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
