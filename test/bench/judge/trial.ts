/** One release of one guard and step, look by look; what it is judged by are the product's own functions. */
import { CELLS } from "@bannerol/protocol";
import type { Draws } from "./draws.ts";

export interface Trial {
  /** So many outcomes more; ln of the e-value of all so far. */
  readonly look: (outcomes: number) => number;
  /** Treated outcomes so far. */
  readonly treated: () => number;
}

export interface Course {
  readonly perSecond: number;
  readonly seconds: number;
  /** ln of what the e-value must reach. */
  readonly bound: number;
}

interface Reached {
  /** Seconds; undefined: never. */
  readonly at: number | undefined;
  readonly treated: number;
}

export const LOOK_SECONDS = 10;
export const LN_20 = Math.log(20);

export function follow(trial: Trial, { perSecond, seconds, bound }: Course): Reached {
  for (let at = LOOK_SECONDS; at <= seconds; at += LOOK_SECONDS) {
    if (trial.look(perSecond * LOOK_SECONDS) >= bound) return { at, treated: trial.treated() };
  }
  return { at: undefined, treated: trial.treated() };
}

export const cells = (): number[] => new Array<number>(CELLS).fill(0);

/** A user with what he asks for: one outcome, or 1 to 50 with P ∝ 1/m. */
interface User {
  readonly cell: number;
  readonly isTreated: boolean;
  readonly outcomes: number;
}

const MOST = 50;
const harmonic = Array.from({ length: MOST }, (_, at) => 1 / (at + 1)).reduce((sum, part) => sum + part, 0);
const MEAN_BUNDLE = MOST / harmonic;
/** E m² / E m. */
const SQUARES = (MOST * (MOST + 1)) / 2 / MOST;

/** How much outcomes of one user must hang together for a design effect of φ. */
export function correlationFor(phi: number): number {
  return (phi - 1) / (SQUARES - 1);
}

/** Those who come in one look. */
export function* users(
  draws: Draws,
  { outcomes, share, bundled }: { readonly outcomes: number; readonly share: number; readonly bundled: boolean },
): Generator<User> {
  const count = draws.poisson(bundled ? outcomes / MEAN_BUNDLE : outcomes);
  for (let at = 0; at < count; at += 1) {
    const cell = Math.floor(draws.uniform() * CELLS);
    yield { cell, isTreated: draws.uniform() < share, outcomes: bundled ? bundle(draws) : 1 };
  }
}

function bundle(draws: Draws): number {
  let left = draws.uniform() * harmonic;
  for (let m = 1; m < MOST; m += 1) {
    left -= 1 / m;
    if (left < 0) return m;
  }
  return MOST;
}

/**
 * Failures of a user whose own rate is drawn from a beta distribution around `rate`, by Pólya's urn: each outcome makes the
 * next one like it more likely.
 */
export function failuresOf(draws: Draws, outcomes: number, rate: number, correlation: number): number {
  if (correlation === 0) return draws.binomial(outcomes, rate);
  const weight = 1 / correlation - 1;
  let failures = 0;
  for (let seen = 0; seen < outcomes; seen += 1) {
    if (draws.uniform() < (weight * rate + failures) / (weight + seen)) failures += 1;
  }
  return failures;
}

/** Adds to a list of counts. */
export function add(list: number[], at: number, count = 1): void {
  list[at] = (list[at] ?? 0) + count;
}
