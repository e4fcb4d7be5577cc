/** For display: bounds of treated over control, each valid at every look at 1 − α, by turning the tests round. */
import { firstWhere } from "./bisect.ts";

/** ln of the e-value against "at most ρ", and against "at least ρ", of a ratio ρ. */
export interface RatioTests {
  readonly above: (ratio: number) => number;
  readonly below: (ratio: number) => number;
}

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

const LN_REACH = Math.log(1e6);

/** The largest ratio that is refuted from above, and the smallest that is from below; by bisection on ln ρ. */
export function boundsOf({ above, below }: RatioTests, lnThreshold: number): Bounds {
  const most = firstWhere(-LN_REACH, LN_REACH, (ln) => below(Math.exp(ln)) >= lnThreshold);
  const least = firstWhere(-LN_REACH, LN_REACH, (ln) => above(Math.exp(-ln)) >= lnThreshold);
  return {
    ...(least !== undefined && least > -LN_REACH && { atLeast: Math.exp(-least) }),
    ...(most !== undefined && most < LN_REACH && { atMost: Math.exp(most) }),
  };
}
