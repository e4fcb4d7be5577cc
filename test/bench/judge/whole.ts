/** Releases of several steps and guards, judged by the judge itself as the server asks it. */

import type { SideSums } from "../../../packages/server/src/features/releases/judge/evidence.ts";
import { judge } from "../../../packages/server/src/features/releases/judge/judge.ts";
import { guardOf } from "../../../packages/server/src/features/releases/judge/read-guard.ts";
import type { Draws } from "./draws.ts";
import { add, cells } from "./trial.ts";

export interface Whole {
  /** Of the first guard's treated; all others fail as often as the control. */
  readonly treated: number;
  readonly control: number;
  readonly shares: readonly number[];
  readonly holdMs: number;
  readonly perSecond: number;
  /** Relative. */
  readonly tolerance: number;
  readonly guards: number;
  /** Whether harm has to be ruled out before a step passes, or the hold alone counts. */
  readonly pass: "shown" | "unrefuted";
  readonly lookSeconds: number;
}

export interface Ended {
  readonly state: "completed" | "rolledBack" | "inconclusive";
  readonly seconds: number;
  readonly treated: number;
}

/** From its first look to its end. */
export function carryOut(whole: Whole, draws: Draws): Ended {
  const { shares, holdMs, perSecond, tolerance, pass, lookSeconds } = whole;
  const metrics = Array.from({ length: whole.guards }, (_, at) => `m${at}`);
  const guards = metrics.map((metric) => {
    return guardOf({ metric, measure: "errors", tolerance: { relative: tolerance }, pass });
  });
  const steps = shares.map((percentage) => ({ percentage, holdMs }));
  const sums: SideSums[] = [];
  let [seconds, treated, step, heldMs] = [0, 0, 0, 0];
  for (;;) {
    seconds += lookSeconds;
    heldMs += lookSeconds * 1_000;
    const percentage = steps[step]?.percentage ?? 100;
    for (const [at, metric] of metrics.entries()) {
      const sides = [
        ["on", percentage / 100, at === 0 ? whole.treated : whole.control],
        ["", 1 - percentage / 100, whole.control],
      ] as const;
      for (const [side, share, rate] of sides) {
        const came = grow(
          sums,
          { step, metric, side, at: seconds * 1_000 },
          draws,
          perSecond * lookSeconds * share,
          rate,
        );
        if (side === "on" && at === 0) treated += came;
      }
    }
    const question = {
      ...{ guards, steps, step, heldMs, maxHoldMs: 10 * holdMs, treated: { on: 1 } },
      ...{ evidence: { sums, readings: [] }, now: seconds * 1_000 },
    };
    const { verdict } = judge(question);
    if (verdict === "fail") return { state: "rolledBack", seconds, treated };
    if (verdict === "inconclusive") return { state: "inconclusive", seconds, treated };
    if (verdict !== "pass") continue;
    step += 1;
    heldMs = 0;
    if (step >= steps.length) return { state: "completed", seconds, treated };
  }
}

type Row = Omit<SideSums, "sums">;

/** Outcomes of one side more; how many. */
function grow(rows: SideSums[], row: Row, draws: Draws, mean: number, rate: number): number {
  const at = rows.findIndex((one) => one.step === row.step && one.metric === row.metric && one.side === row.side);
  const [n, x] = [[...(rows[at]?.sums.n ?? cells())], [...(rows[at]?.sums.x ?? cells())]];
  let came = 0;
  for (const cell of n.keys()) {
    const outcomes = draws.poisson(mean / n.length);
    add(n, cell, outcomes);
    add(x, cell, draws.binomial(outcomes, rate));
    came += outcomes;
  }
  const grown = { ...row, sums: { n, x } };
  if (at < 0) rows.push(grown);
  else rows[at] = grown;
  return came;
}
