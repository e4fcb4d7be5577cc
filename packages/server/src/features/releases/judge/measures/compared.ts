import type { Bounds } from "../statistics/bounds.ts";
import type { Score } from "../statistics/score.ts";
import type { SideCount } from "../verdict.ts";

/** What one step says of one guard: the treated side against the control, or alone where there is none. */
export interface Compared {
  readonly treated: SideCount;
  readonly control?: SideCount;
  /** Against "no worse than tolerated". */
  readonly fail?: Score;
  /** Against "as bad as harm". */
  readonly pass?: Score;
  /** Against "within the limit". */
  readonly limit?: Score;
  /** Made where somebody looks. */
  readonly bounds?: () => Bounds;
  readonly designEffect?: number;
  readonly warnings?: readonly string[];
  /** Both sides have what their measure asks for beside the guard's minimum. */
  readonly ripe: boolean;
}

export const LN_20 = Math.log(20);
