/** Shares of failures, or of successes that must not fall: judge by proportions. */
import { type Sums, total } from "../evidence.ts";
import type { Guard, Tolerance } from "../guard.ts";
import { boundsOf } from "../statistics/bounds.ts";
import { type Cells, commonDesignEffect, designEffect } from "../statistics/design-effect.ts";
import {
  BETTER,
  type Counts,
  type Grid,
  type Line,
  limitTerms,
  lnMeanExp,
  proportionTerms,
  WORSE,
} from "../statistics/mixture.ts";
import { termsScore } from "../statistics/score.ts";
import type { SideCount } from "../verdict.ts";
import { type Compared, LN_20 } from "./compared.ts";

/** One side: how many of its outcomes count, by cell. */
interface Share {
  readonly n: Cells;
  readonly x: Cells;
}

export function compareErrors(guard: Guard, treated: Sums, control: Sums | undefined): Compared {
  const t = shareOf(treated, guard);
  const phiT = designEffect(t.x, t.n);
  const own = { treated: countOf(t), ripe: true, ...limitOf(guard, t, phiT) };
  if (control === undefined) return { ...own, designEffect: commonDesignEffect(phiT) };
  const c = shareOf(control, guard);
  const phi = commonDesignEffect(phiT, designEffect(c.x, c.n));
  const counts = { xT: total(t.x), nT: total(t.n), xC: total(c.x), nC: total(c.n) };
  const { worse, better } = gridsOf(guard);
  const harm = guard.pass === "tolerance" ? guard.tolerance : guard.harm;
  return {
    ...own,
    control: countOf(c),
    fail: termsScore(proportionTerms(counts, lineOf(guard.tolerance, guard), phi, worse)),
    pass: termsScore(proportionTerms(counts, lineOf(harm, guard), phi, better)),
    bounds: () => shareBounds(counts, phi),
    designEffect: phi,
  };
}

/** Parallel runs that differ, of all: against a bound alone. */
export function compareMismatches(guard: Guard, runs: Sums): Compared {
  const share = shareOf(runs, guard);
  const phi = commonDesignEffect(designEffect(share.x, share.n));
  const { limit = 0 } = guard;
  const [x, n] = [total(share.x), total(share.n)];
  return {
    treated: countOf(share),
    limit: termsScore(limitTerms(x, n, limit, phi, WORSE)),
    pass: termsScore(limitTerms(x, n, limit, phi, BETTER)),
    designEffect: phi,
    ripe: true,
  };
}

/** Bounds of p_T/p_C. */
export function shareBounds(counts: Counts, phi: number) {
  const at = (ratio: number, grid: Grid) => lnMeanExp(proportionTerms(counts, { ratio, shift: 0 }, phi, grid));
  return boundsOf({ above: (ratio) => at(ratio, WORSE), below: (ratio) => at(ratio, BETTER) }, LN_20);
}

function shareOf({ n = [], x = [] }: Sums, { higherIsWorse }: Guard): Share {
  return { n, x: higherIsWorse ? x : n.map((count, cell) => count - (x[cell] ?? 0)) };
}

function countOf({ n, x }: Share): SideCount {
  const outcomes = total(n);
  const failures = total(x);
  return { outcomes, failures, ...(outcomes > 0 && { value: failures / outcomes }) };
}

/** A share that must not fall is tested from the other side, with the grids exchanged. */
function gridsOf({ higherIsWorse }: Guard): { readonly worse: Grid; readonly better: Grid } {
  return higherIsWorse ? { worse: WORSE, better: BETTER } : { worse: BETTER, better: WORSE };
}

export function lineOf({ relative = 0, absolute = 0 }: Tolerance, { higherIsWorse }: Guard): Line {
  return higherIsWorse
    ? { ratio: 1 + relative, shift: absolute }
    : { ratio: Math.max(1 - relative, 0), shift: -absolute };
}

function limitOf(guard: Guard, { n, x }: Share, phi: number): Pick<Compared, "limit"> {
  if (guard.limit === undefined) return {};
  const terms = limitTerms(total(x), total(n), guard.limit, commonDesignEffect(phi), gridsOf(guard).worse);
  return { limit: termsScore(terms) };
}
