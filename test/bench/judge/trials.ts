/** Trials of each kind of guard. */
import { FIRST_LADDER_BIN, FIRST_SKETCH_BIN, LADDER_BINS, ladderBin, sketchBin } from "@bannerol/protocol";
import {
  commonDesignEffect,
  designEffect,
  sumOf,
} from "../../../packages/server/src/features/releases/judge/statistics/design-effect.ts";
import {
  exceedances,
  latencyDesignEffect,
} from "../../../packages/server/src/features/releases/judge/statistics/latency.ts";
import { lnNormalMixture, meanShift } from "../../../packages/server/src/features/releases/judge/statistics/means.ts";
import {
  BETTER,
  limitTerms,
  lnMeanExp,
  proportionTerms,
  WORSE,
} from "../../../packages/server/src/features/releases/judge/statistics/mixture.ts";
import { sampleRatio } from "../../../packages/server/src/features/releases/judge/statistics/sample-ratio.ts";
import type { Draws } from "./draws.ts";
import { add, cells, correlationFor, failuresOf, type Trial, users } from "./trial.ts";

interface Errors {
  readonly control: number;
  readonly treated: number;
  readonly share: number;
  /** The tolerance. */
  readonly ratio: number;
  /** Of the users: 1 where each has one outcome. */
  readonly phi: number;
  /** As if outcomes were independent, to show what that does. */
  readonly blind?: boolean;
  /** Against what: that they rise, unless named; that they fall, being successes; that the treated exceed a bound. */
  readonly against?: "rise" | "fall" | { readonly limit: number };
}

export function errors(asked: Errors, draws: Draws): Trial {
  const { control, treated, share, ratio, phi, blind = false, against = "rise" } = asked;
  const [nT, xT, nC, xC] = [cells(), cells(), cells(), cells()];
  const correlation = correlationFor(phi);
  return {
    look(outcomes) {
      for (const user of users(draws, { outcomes, share, bundled: phi > 1 })) {
        const [n, x, rate] = user.isTreated ? [nT, xT, treated] : [nC, xC, control];
        add(n, user.cell, user.outcomes);
        add(x, user.cell, failuresOf(draws, user.outcomes, rate, correlation));
      }
      const counts = { xT: sumOf(xT), nT: sumOf(nT), xC: sumOf(xC), nC: sumOf(nC) };
      const phiT = designEffect(xT, nT);
      if (typeof against === "object") {
        return lnMeanExp(limitTerms(counts.xT, counts.nT, against.limit, commonDesignEffect(phiT), WORSE));
      }
      const effect = blind ? 1 : commonDesignEffect(phiT, designEffect(xC, nC));
      return lnMeanExp(proportionTerms(counts, { ratio, shift: 0 }, effect, against === "rise" ? WORSE : BETTER));
    },
    treated: () => sumOf(nT),
  };
}

interface Durations {
  /** How much longer the treated take. */
  readonly factor: number;
  readonly share: number;
  /** Relative. */
  readonly tolerance: number;
  /** What part of the logarithm's variance is the user's own. */
  readonly correlation: number;
}

const SIGMA = 0.6;
const TYPICAL_MS = 50;

/** Lognormal. */
export function durations({ factor, share, tolerance, correlation }: Durations, draws: Draws): Trial {
  const side = () => ({
    d: new Array<number>(sketchBin(1e7) - FIRST_SKETCH_BIN).fill(0),
    h: new Array<number>(cells().length * LADDER_BINS).fill(0),
  });
  const [t, c] = [side(), side()];
  const guard = { quantile: 0.95, tolerance: { relative: tolerance } };
  const own = Math.sqrt(1 - correlation);
  return {
    look(outcomes) {
      for (const user of users(draws, { outcomes, share, bundled: correlation > 0 })) {
        const { d, h } = user.isTreated ? t : c;
        const pace = correlation === 0 ? 0 : Math.sqrt(correlation) * draws.normal();
        for (let at = 0; at < user.outcomes; at += 1) {
          const usual = TYPICAL_MS * Math.exp(SIGMA * (pace + own * draws.normal()));
          const ms = user.isTreated ? usual * factor : usual;
          add(d, sketchBin(ms) - FIRST_SKETCH_BIN);
          add(h, user.cell * LADDER_BINS + ladderBin(ms) - FIRST_LADDER_BIN);
        }
      }
      const { edge, shifted, ...counts } = exceedances(t.d, c.d, guard);
      const phi = commonDesignEffect(latencyDesignEffect(t, shifted), latencyDesignEffect(c, edge));
      return lnMeanExp(proportionTerms(counts, { ratio: 1, shift: 0 }, phi, WORSE));
    },
    treated: () => sumOf(t.d),
  };
}

interface Means {
  /** How much a treated order is worth, the control's being 1. */
  readonly factor: number;
  readonly share: number;
  readonly tolerance: number;
}

const BUYERS = 0.03;
/** Values on each side before a mean is compared. */
const RIPE = 100;

/** Of revenue: 3 % buy, for lognormal amounts. */
export function means({ factor, share, tolerance }: Means, draws: Draws): Trial {
  const side = () => ({ n: cells(), s: cells(), q: 0, bought: 0 });
  const [t, c] = [side(), side()];
  return {
    look(outcomes) {
      for (const user of users(draws, { outcomes, share, bundled: true })) {
        const one = user.isTreated ? t : c;
        add(one.n, user.cell, user.outcomes);
        for (let bought = draws.binomial(user.outcomes, BUYERS); bought > 0; bought -= 1) {
          const value = Math.exp(draws.normal()) * (user.isTreated ? factor : 1);
          add(one.s, user.cell, value);
          one.q += value * value;
          one.bought += 1;
        }
      }
      if (Math.min(t.bought, c.bought) < RIPE) return 0;
      const { d, information, tau } = meanShift(t, c, { ratio: 1 - tolerance, shift: 0, higherIsWorse: false });
      return lnNormalMixture(d * information, information, tau);
    },
    treated: () => sumOf(t.n),
  };
}

interface Ratio {
  readonly share: number;
  /** Of the treated outcomes, how many come in. */
  readonly kept: number;
  readonly bundled: boolean;
}

/** Are there as many outcomes on each side as promised? */
export function ratios({ share, kept, bundled }: Ratio, draws: Draws): Trial {
  const [nT, nC] = [cells(), cells()];
  return {
    look(outcomes) {
      for (const user of users(draws, { outcomes, share, bundled })) {
        if (user.isTreated) add(nT, user.cell, draws.binomial(user.outcomes, kept));
        else add(nC, user.cell, user.outcomes);
      }
      return sampleRatio(nT, nC, share).ln;
    },
    treated: () => sumOf(nT),
  };
}
