/**
 * E-values for proportions: mixtures of Poisson likelihood ratios on two failure counts. While the hypothesis holds, an
 * e-value has mean at most 1 at every look, so it ever reaches 1/α with probability at most α (Ville 1939), however often
 * one looks. Everything is in logarithms; an e-value is kept as its terms, one for each grid point, since terms of
 * several steps add.
 */

/** Alternatives for "worse", as factors of the rate; equal weights. */
export const WORSE = [1.1, 1.2, 1.5, 2, 3, 5, 10, 30] as const;
/** Alternatives for "better than harm". */
export const BETTER = [0.95, 0.9, 0.8, 0.65, 0.5, 0.3, 0.15] as const;

export type Grid = readonly number[];
/** One logarithm for each grid point. */
export type Terms = readonly number[];

/** Failures `x` among `n` outcomes, treated and control. */
export interface Counts {
  readonly xT: number;
  readonly nT: number;
  readonly xC: number;
  readonly nC: number;
}

/** The line that is tested: p_T against `ratio`·p_C + `shift`. */
export interface Line {
  readonly ratio: number;
  readonly shift: number;
}

/** ln of the mean of exp, by the largest term: no term overflows. */
export function lnMeanExp(terms: Terms): number {
  if (terms.length === 0) return 0;
  const largest = Math.max(...terms);
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0) / terms.length);
}

/** Terms of what says nothing. */
export function nothing(grid: Grid): Terms {
  return grid.map(() => 0);
}

export function addTerms(a: Terms, b: Terms): Terms {
  return a.map((term, at) => term + (b[at] ?? 0));
}

/**
 * With r = n_T/n_C and the line p_T = ρ₀·p_C + δ:
 *
 *     a − 1 = (g − 1) / (1 + g·ρ₀·r)      b − 1 = −ρ₀·r·(a − 1)
 *     l_g   = ( x_T·ln a + x_C·ln b − δ·n_T·(a − 1) ) / φ
 *
 * Against "at most the line" with `WORSE`, against "at least the line" with `BETTER`. For ρ₀ = 1, δ = 0 it is the
 * likelihood ratio of "which side did this failure come from" (Lindon & Malek 2022, Anytime-valid inference for
 * multinomial count data, NeurIPS). E[a^x_T·b^x_C] ≤ exp(n_T·p_T·(a−1) + n_C·p_C·(b−1)) since 1 + u ≤ e^u, and b is
 * chosen so that the right side times exp(−δ·n_T·(a−1)) is at most 1, whatever p_C is. Dividing by the design effect φ
 * is the quasi-likelihood.
 */
export function proportionTerms(counts: Counts, { ratio, shift }: Line, phi: number, grid: Grid): Terms {
  const { xT, nT, xC, nC } = counts;
  if (nT === 0 || nC === 0) return nothing(grid);
  const r = nT / nC;
  return grid.map((g) => {
    const a = (g - 1) / (1 + g * ratio * r);
    const b = -ratio * r * a;
    return (times(xT, Math.log1p(a)) + times(xC, Math.log1p(b)) - shift * nT * a) / phi;
  });
}

/** The same of one side against a bound on its rate: l_g = (x·ln g − L·n·(g − 1)) / φ. */
export function limitTerms(x: number, n: number, limit: number, phi: number, grid: Grid): Terms {
  return grid.map((g) => (times(x, Math.log(g)) - limit * n * (g - 1)) / phi);
}

/** Nothing of what is infinite is nothing. */
function times(count: number, logarithm: number): number {
  return count === 0 ? 0 : count * logarithm;
}
