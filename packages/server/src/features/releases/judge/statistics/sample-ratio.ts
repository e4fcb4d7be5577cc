/**
 * Are there as many outcomes on each side as the shares promise? Outcomes come in bundles, so a χ² on their counts would
 * be useless; the dispersion of the cells' totals says how large the bundles are.
 */
import { type Cells, dispersion, sumOf } from "./design-effect.ts";
import { lnMeanExp } from "./mixture.ts";

const GRID = [0.5, 0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.25, 1.5, 2] as const;
/** An alarm says that nothing else means anything, so it waits for more than a comparison does. */
export const LN_SAMPLE_RATIO_ALARM = Math.log(1_000);

export interface SampleRatio {
  readonly phi: number;
  readonly ln: number;
}

/** l_g = ( n_T·ln g − N·ln(q·g + 1 − q) ) / φ, for the promised share `q` of the treated among both sides. */
export function sampleRatio(treated: Cells, control: Cells, q: number): SampleRatio {
  const totals = Array.from({ length: Math.max(treated.length, control.length) }, (_, cell) => {
    return (treated[cell] ?? 0) + (control[cell] ?? 0);
  });
  const phi = dispersion(totals);
  const nT = sumOf(treated);
  const all = sumOf(totals);
  const terms = GRID.map((g) => (nT * Math.log(g) - all * Math.log(q * g + 1 - q)) / phi);
  return { phi, ln: lnMeanExp(terms) };
}
