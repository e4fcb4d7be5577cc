/**
 * Durations turned into proportions. In a sketch of fixed bins the counts above an edge are exact; if treated durations
 * are at most (1 + tolerance) times the control's, then P(T > (1 + tolerance)·e) ≤ P(C > e) for *any* e, so an estimated
 * or drifting quantile cannot make it false.
 */
import { CELLS, FIRST_LADDER_BIN, FIRST_SKETCH_BIN, LADDER_BINS, SKETCH_GAMMA, sketchBin } from "@bannerol/protocol";
import { designEffect, sumOf } from "./design-effect.ts";

const LN_GAMMA = Math.log(SKETCH_GAMMA);
/** A tolerance of exactly so many bins is not rounded up to one more. */
const SLACK = 1e-9;

/** The sketch by slot and the ladder by cell and slot, as `Sums` keeps them. */
export interface Durations {
  readonly d: readonly number[];
  readonly h: readonly number[];
}

/** How many lie above the upper edge of bin `bin`. */
export function above(sketch: readonly number[], bin: number): number {
  return sumOf(sketch.slice(Math.max(bin - FIRST_SKETCH_BIN + 1, 0)));
}

/** The lowest bin above whose edge at most (1 − quantile) of all lie. */
export function edgeOf(sketch: readonly number[], quantile: number): number {
  const allowed = (1 - quantile) * sumOf(sketch);
  let over = 0;
  let slot = sketch.length - 1;
  for (; slot >= 0; slot--) {
    over += sketch[slot] ?? 0;
    if (over > allowed + SLACK) break;
  }
  return Math.max(slot, 0) + FIRST_SKETCH_BIN;
}

/** Milliseconds at the upper edge of a bin. */
export function millisecondsAt(bin: number): number {
  return Math.exp(bin * LN_GAMMA);
}

/** How many bins the tolerance comes to above the edge `bin`, rounded up. */
export function binsOf({ relative = 0, absolute = 0 }: { relative?: number; absolute?: number }, bin: number): number {
  const factor = 1 + relative + absolute / millisecondsAt(bin);
  return Math.ceil(Math.log(factor) / LN_GAMMA - SLACK);
}

/** φ of one side at the ladder's edge that is nearest to the edge of `bin`, in logarithms. */
export function latencyDesignEffect({ h }: Durations, bin: number): number {
  const edge = Math.round((2 * bin * LN_GAMMA) / Math.LN2);
  const from = Math.max(edge - FIRST_LADDER_BIN + 1, 0);
  const n: number[] = [];
  const x: number[] = [];
  for (let cell = 0; cell < CELLS; cell++) {
    const bins = h.slice(cell * LADDER_BINS, (cell + 1) * LADDER_BINS);
    n.push(sumOf(bins));
    x.push(sumOf(bins.slice(from)));
  }
  return designEffect(x, n);
}

export interface Exceedances {
  /** The control's edge. */
  readonly edge: number;
  /** The treated side's, shifted by the tolerance. */
  readonly shifted: number;
  readonly xT: number;
  readonly nT: number;
  readonly xC: number;
  readonly nC: number;
}

export function exceedances(
  treated: readonly number[],
  control: readonly number[],
  { quantile, tolerance }: { readonly quantile: number; readonly tolerance: { relative?: number; absolute?: number } },
): Exceedances {
  const edge = edgeOf(control, quantile);
  const shifted = edge + binsOf(tolerance, edge);
  return {
    edge,
    shifted,
    xT: above(treated, shifted),
    nT: sumOf(treated),
    xC: above(control, edge),
    nC: sumOf(control),
  };
}

/** The bin above whose edge are those beyond a limit in milliseconds. */
export function limitBin(ms: number): number {
  return sketchBin(ms);
}
