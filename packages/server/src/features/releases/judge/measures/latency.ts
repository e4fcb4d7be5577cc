/** Durations: shares above edges of the control's sketch. */
import type { Sums } from "../evidence.ts";
import { total } from "../evidence.ts";
import type { Guard } from "../guard.ts";
import { commonDesignEffect } from "../statistics/design-effect.ts";
import {
  above,
  type Durations,
  edgeOf,
  exceedances,
  latencyDesignEffect,
  limitBin,
  millisecondsAt,
} from "../statistics/latency.ts";
import { BETTER, type Line, limitTerms, proportionTerms, WORSE } from "../statistics/mixture.ts";
import { termsScore } from "../statistics/score.ts";
import type { SideCount } from "../verdict.ts";
import type { Compared } from "./compared.ts";
import { shareBounds } from "./errors.ts";

const NO_WORSE: Line = { ratio: 1, shift: 0 };

export function compareLatency(guard: Guard, treated: Sums, control: Sums | undefined): Compared {
  const t = durationsOf(treated);
  const own = { treated: countOf(t, guard), ripe: true, ...limitOf(guard, t) };
  if (control === undefined) return own;
  const c = durationsOf(control);
  const { edge, shifted, ...counts } = exceedances(t.d, c.d, guard);
  const phi = commonDesignEffect(latencyDesignEffect(t, shifted), latencyDesignEffect(c, edge));
  return {
    ...own,
    control: countOf(c, guard),
    fail: termsScore(proportionTerms(counts, NO_WORSE, phi, WORSE)),
    pass: termsScore(proportionTerms(counts, harmOf(guard), phi, BETTER)),
    bounds: () => shareBounds(counts, phi),
    designEffect: phi,
  };
}

function durationsOf({ d = [], h = [] }: Sums): Durations {
  return { d, h };
}

function countOf({ d }: Durations, { quantile }: Guard): SideCount {
  const outcomes = total(d);
  return { outcomes, ...(outcomes > 0 && { value: millisecondsAt(edgeOf(d, quantile)) }) };
}

/** Harm is a share of those above the edge that the tolerance has shifted already. */
function harmOf({ pass, harm }: Guard): Line {
  return pass === "tolerance" ? NO_WORSE : { ratio: 1 + (harm.relative ?? 0), shift: harm.absolute ?? 0 };
}

function limitOf({ limit, quantile }: Guard, durations: Durations): Pick<Compared, "limit"> {
  if (limit === undefined) return {};
  const bin = limitBin(limit);
  const phi = commonDesignEffect(latencyDesignEffect(durations, bin));
  const over = above(durations.d, bin);
  return { limit: termsScore(limitTerms(over, total(durations.d), 1 - quantile, phi, WORSE)) };
}
