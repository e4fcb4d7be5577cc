/** Simulated steps of a release, looked at every ten seconds, judged by the product's own functions. */
import {
  type Counts,
  lnMeanExp,
  proportionTerms,
  WORSE,
} from "../../../packages/server/src/features/releases/judge/statistics/mixture.ts";
import type { Draws } from "./draws.ts";
import { LN_20, LOOK_SECONDS } from "./trial.ts";

export interface Scenario {
  /** Share of outcomes that fail, of each side. */
  readonly control: number;
  readonly treated: number;
  /** Share of outcomes that are treated. */
  readonly share: number;
  readonly perSecond: number;
  /** The tolerance. */
  readonly ratio: number;
  readonly seconds: number;
  /** By how much both rates are multiplied at an instant: an incident, a wave. */
  readonly weather?: (second: number) => number;
}

export interface Found {
  /** Seconds until the judge failed the step; undefined: never. */
  readonly at: number | undefined;
  readonly treated: number;
  /** Seconds until the treated rate of a minute was over twice the usual, four times running. */
  readonly thresholdAt: number | undefined;
}

const BREACHES = 4;

export function simulate(scenario: Scenario, draws: Draws): Found {
  const { share, perSecond, ratio, seconds, weather = () => 1 } = scenario;
  let counts: Counts = { xT: 0, nT: 0, xC: 0, nC: 0 };
  let found: Pick<Found, "at" | "treated"> = { at: undefined, treated: 0 };
  const minute = threshold(scenario);
  for (let second = LOOK_SECONDS; second <= seconds; second += LOOK_SECONDS) {
    const all = draws.poisson(perSecond * LOOK_SECONDS);
    const nT = draws.binomial(all, share);
    const factor = weather(second);
    const xT = draws.binomial(nT, Math.min(1, scenario.treated * factor));
    const xC = draws.binomial(all - nT, Math.min(1, scenario.control * factor));
    counts = { xT: counts.xT + xT, nT: counts.nT + nT, xC: counts.xC + xC, nC: counts.nC + all - nT };
    minute.look(second, xT, nT);
    if (found.at === undefined) {
      const ln = lnMeanExp(proportionTerms(counts, { ratio, shift: 0 }, 1, WORSE));
      if (ln >= LN_20) found = { at: second, treated: counts.nT };
    }
    if (found.at !== undefined && minute.breachedAt() !== undefined) break;
  }
  return { ...found, treated: found.at === undefined ? counts.nT : found.treated, thresholdAt: minute.breachedAt() };
}

/** A fixed threshold, as people set it: a minute's treated rate over twice the usual, four minutes running. */
function threshold({ control }: Scenario) {
  let [failures, outcomes, running] = [0, 0, 0];
  let breachedAt: number | undefined;
  return {
    look(second: number, x: number, n: number): void {
      failures += x;
      outcomes += n;
      if (second % 60 !== 0) return;
      running = outcomes > 0 && failures / outcomes > 2 * control ? running + 1 : 0;
      if (running >= BREACHES) breachedAt ??= second;
      failures = 0;
      outcomes = 0;
    },
    breachedAt: () => breachedAt,
  };
}
