/** Which sums of the evidence a guard compares: one treated variant, and all that is the control together. */
import { addSums, type ReleaseEvidence, type Side, type Sums } from "./evidence.ts";
import type { Question } from "./verdict.ts";

export interface Pooled {
  readonly treated: Sums;
  readonly control: Sums;
  /** When the last outcome of either side came; `undefined`: none has. */
  readonly at: number | undefined;
}

const NONE: Sums = {};

/** Of one step and metric. */
export function pool(
  evidence: ReleaseEvidence,
  { step, metric }: { readonly step: number; readonly metric: string },
  { side, treated }: { readonly side: Side; readonly treated: Question["treated"] },
): Pooled {
  const rows = evidence.sums.filter((row) => row.step === step && row.metric === metric);
  const own = rows.filter((row) => row.side === side);
  // In one order, so that sums of fractions have the same bits each time.
  const others = rows.filter((row) => !Object.hasOwn(treated, row.side)).sort((a, b) => (a.side < b.side ? -1 : 1));
  const last = Math.max(...[...own, ...others].map(({ at }) => at));
  return {
    treated: own.map(({ sums }) => sums).reduce(addSums, NONE),
    control: others.map(({ sums }) => sums).reduce(addSums, NONE),
    at: Number.isFinite(last) ? last : undefined,
  };
}
