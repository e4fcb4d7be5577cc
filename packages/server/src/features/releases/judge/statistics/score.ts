/** An e-value as its parts, which add from step to step: terms of a mixture, or a shift and how much is known of it. */
import { lnNormalMixture, type Shift } from "./means.ts";
import { addTerms, lnMeanExp, type Terms } from "./mixture.ts";

export type Score =
  | { readonly terms: Terms }
  | { readonly dI: number; readonly information: number; readonly tau: number };

export function termsScore(terms: Terms): Score {
  return { terms };
}

/** `sign` is −1 for the opposite hypothesis. */
export function shiftScore({ d, information, tau }: Shift, sign: 1 | -1 = 1): Score {
  return { dI: sign * d * information, information, tau };
}

/** Of an earlier step and a later one, whose τ holds. */
export function addScores(earlier: Score, later: Score): Score {
  if ("terms" in earlier && "terms" in later) return { terms: addTerms(earlier.terms, later.terms) };
  if ("terms" in earlier || "terms" in later) throw new TypeError("Scores of two kinds do not add.");
  return { dI: earlier.dI + later.dI, information: earlier.information + later.information, tau: later.tau };
}

/** ln of the e-value. */
export function lnOf(score: Score): number {
  return "terms" in score ? lnMeanExp(score.terms) : lnNormalMixture(score.dI, score.information, score.tau);
}

/** What it would be with so many times the data, all else equal. */
export function scaled(score: Score, times: number): Score {
  if ("terms" in score) return { terms: score.terms.map((term) => term * times) };
  return { dI: score.dI * times, information: score.information * times, tau: score.tau };
}
