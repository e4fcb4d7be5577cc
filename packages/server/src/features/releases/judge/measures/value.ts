/** Means of values: revenue, scores, sizes. */
import { type Sums, total } from "../evidence.ts";
import type { Guard, Tolerance } from "../guard.ts";
import { boundsOf } from "../statistics/bounds.ts";
import { limitShift, lnNormalMixture, type MeanLine, meanOf, meanShift, type Values } from "../statistics/means.ts";
import { shiftScore } from "../statistics/score.ts";
import type { SideCount } from "../verdict.ts";
import { type Compared, LN_20 } from "./compared.ts";
import { lineOf } from "./errors.ts";

/** Values that are not zero, on each side, before a mean is compared. */
export const MINIMUM_VALUES = 100;
/** Of the control's total: a single value above it makes the mean a matter of luck. */
const LARGE_SHARE = 0.01;

export function compareValues(guard: Guard, treated: Sums, control: Sums | undefined): Compared {
  const t = valuesOf(treated);
  const own = { treated: countOf(t), ...(isRipe(treated) && limitOf(guard, t)) };
  if (control === undefined) return { ...own, ripe: isRipe(treated) };
  const c = valuesOf(control);
  const ripe = isRipe(treated) && isRipe(control);
  const both = { ...own, control: countOf(c), ripe, warnings: warningsOf(guard, treated, control) };
  if (!ripe) return both;
  const shift = (tolerance: Tolerance) => meanShift(t, c, meanLine(guard, tolerance));
  const harm = guard.pass === "tolerance" ? guard.tolerance : guard.harm;
  return {
    ...both,
    fail: shiftScore(shift(guard.tolerance)),
    pass: shiftScore(shift(harm), -1),
    bounds: () => (meanOf(c) > 0 ? ratioBounds(t, c) : {}),
  };
}

function valuesOf({ s = [], n = [], q = [] }: Sums): Values {
  return { s, n, q: total(q) };
}

function isRipe({ z = [] }: Sums): boolean {
  return total(z) >= MINIMUM_VALUES;
}

function countOf(values: Values): SideCount {
  const outcomes = total(values.n);
  return { outcomes, ...(outcomes > 0 && { value: meanOf(values) }) };
}

function meanLine(guard: Guard, tolerance: Tolerance): MeanLine {
  return { ...lineOf(tolerance, guard), higherIsWorse: guard.higherIsWorse };
}

function limitOf({ limit, higherIsWorse }: Guard, values: Values): Pick<Compared, "limit"> {
  return limit === undefined ? {} : { limit: shiftScore(limitShift(values, limit, higherIsWorse)) };
}

function ratioBounds(treated: Values, control: Values) {
  const at = (ratio: number, sign: 1 | -1) => {
    const { d, information, tau } = meanShift(treated, control, { ratio, shift: 0, higherIsWorse: true });
    return lnNormalMixture(sign * d * information, information, tau);
  };
  return boundsOf({ above: (ratio) => at(ratio, 1), below: (ratio) => at(ratio, -1) }, LN_20);
}

function warningsOf({ cap, metric }: Guard, treated: Sums, control: Sums): readonly string[] {
  if (cap !== undefined) return [];
  const largest = Math.max(treated.m?.[0] ?? 0, control.m?.[0] ?? 0);
  const share = largest / Math.abs(total(control.s));
  const found: string[] = [];
  if (share > LARGE_SHARE && Number.isFinite(share)) {
    found.push(`One value of ${metric} is ${Math.round(share * 100)} % of the control's total. Give the guard a cap.`);
  }
  return found;
}
