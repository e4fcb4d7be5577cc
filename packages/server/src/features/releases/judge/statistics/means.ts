/**
 * E-values for means: the half-normal mixture of Robbins (1970, Statistical methods related to the law of the iterated
 * logarithm; one-sided in Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics). Asymptotic. The variance is
 * common to both sides: a small treated side that has not yet met its large values has a small mean *and* a small
 * variance of its own.
 */
import { CELLS } from "@bannerol/protocol";
import { type Cells, cellVariance, sumOf } from "./design-effect.ts";
import { lnNormalCdf } from "./normal.ts";

/** Values by cell, outcomes by cell, and the sum of squares. */
export interface Values {
  readonly s: Cells;
  readonly n: Cells;
  readonly q: number;
}

/** How far the treated mean lies on the wrong side of the line, and how much is known about it. */
export interface Shift {
  readonly d: number;
  readonly information: number;
  /** How large a shift is looked for. */
  readonly tau: number;
}

/** The line of the means: m_T against `ratio`·m_C + `shift`. */
export interface MeanLine {
  readonly ratio: number;
  readonly shift: number;
  readonly higherIsWorse: boolean;
}

/** What is tolerated of a control's value below 0 is a part of its size, in the same direction as above 0. */
export function ratioAt(ratio: number, value: number): number {
  return value < 0 ? 2 - ratio : ratio;
}

const DEGREES = CELLS - 1;
const TAU_SHARE = 0.2;

export function meanOf({ s, n }: Values): number {
  return sumOf(s) / sumOf(n);
}

/** v = max(V/n, Σv²/n − m²) of a side. */
function varianceOf(values: Values): number {
  const n = sumOf(values.n);
  return Math.max(cellVariance(values.s, values.n) / n, values.q / n - meanOf(values) ** 2);
}

/** The variance that both sides are taken to have. */
export function commonVariance(treated: Values, control: Values): number {
  return Math.max(varianceOf(treated), varianceOf(control));
}

/** I = 1 / ( v·(1/n_T + k²/n_C) ); d = k·m_C − m_T where lower is worse, else m_T − k·m_C. */
export function meanShift(treated: Values, control: Values, line: MeanLine): Shift {
  const nT = sumOf(treated.n);
  const nC = sumOf(control.n);
  if (nT === 0 || nC === 0) return { d: 0, information: 0, tau: 0 };
  const mC = meanOf(control);
  const ratio = ratioAt(line.ratio, mC);
  const over = meanOf(treated) - ratio * mC - line.shift;
  const spread = commonVariance(treated, control) * (1 / nT + ratio ** 2 / nC);
  return {
    d: line.higherIsWorse ? over : -over,
    information: spread === 0 ? 0 : 1 / spread,
    tau: TAU_SHARE * Math.abs(mC),
  };
}

/**
 * With z = Σ(d·I)/√I, z' = sign(z)·√(63·ln(1 + z²/63)) and w = τ²·I:
 *
 *     ln E = ln 2 − ½·ln(1 + w) + z'²·w/(2(1 + w)) + ln Φ( z'·√(w/(1 + w)) )
 */
export function lnNormalMixture(dI: number, information: number, tau: number): number {
  if (information === 0) return 0;
  const z = dI / Math.sqrt(information);
  const pulled = Math.sign(z) * Math.sqrt(DEGREES * Math.log1p((z * z) / DEGREES));
  const w = tau * tau * information;
  const part = w / (1 + w);
  return Math.LN2 - 0.5 * Math.log1p(w) + (pulled * pulled * part) / 2 + lnNormalCdf(pulled * Math.sqrt(part));
}

/** The same of one side against a bound on its mean. */
export function limitShift(treated: Values, limit: number, higherIsWorse: boolean): Shift {
  const n = sumOf(treated.n);
  const variance = n === 0 ? 0 : varianceOf(treated);
  if (variance === 0) return { d: 0, information: 0, tau: 0 };
  const over = meanOf(treated) - limit;
  return { d: higherIsWorse ? over : -over, information: n / variance, tau: TAU_SHARE * Math.abs(limit) };
}
