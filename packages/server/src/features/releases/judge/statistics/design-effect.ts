/**
 * By how much outcomes of one user hang together: the variance of a sum over that of independent outcomes, measured from
 * sums over cells of users. A user is always in the same cell, so sums by cell over a whole step carry the whole
 * correlation. Every logarithm of an e-value is divided by it.
 */
import { CELLS } from "@bannerol/protocol";

/** Lists by cell may lack their last zeros. */
export type Cells = readonly number[];

const cellNumbers = Array.from({ length: CELLS }, (_, cell) => cell);

export function sumOf(cells: Cells): number {
  return cells.reduce((sum, cell) => sum + cell, 0);
}

/** V = B/(B−1) · Σ_b (x_b − p̂·n_b)², with p̂ = Σx/Σn. */
export function cellVariance(x: Cells, n: Cells): number {
  const rate = sumOf(x) / sumOf(n);
  const squares = cellNumbers.reduce((sum, cell) => sum + ((x[cell] ?? 0) - rate * (n[cell] ?? 0)) ** 2, 0);
  return (CELLS / (CELLS - 1)) * squares;
}

/** φ of one side: V / Σx; 1 where nothing failed, or nothing happened. */
export function designEffect(x: Cells, n: Cells): number {
  const failures = sumOf(x);
  return failures === 0 || sumOf(n) === 0 ? 1 : cellVariance(x, n) / failures;
}

/**
 * φ = max(1, φ_T, φ_C). The maximum, not an average: at a small share φ_T is what keeps one broken user from rolling back
 * a release, and φ_C alone would miss a treated path that fails by user.
 */
export function commonDesignEffect(...sides: readonly number[]): number {
  return Math.max(1, ...sides);
}

/** How unevenly cells are filled: the index of dispersion of their totals, at least 1. */
export function dispersion(totals: Cells): number {
  const mean = sumOf(totals) / CELLS;
  if (mean === 0) return 1;
  const squares = cellNumbers.reduce((sum, cell) => sum + ((totals[cell] ?? 0) - mean) ** 2, 0);
  return Math.max(1, squares / (CELLS - 1) / mean);
}
