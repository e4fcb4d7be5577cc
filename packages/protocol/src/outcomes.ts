/** What both ends know of outcomes: how users fall into cells, and durations into bins. Pure arithmetic. */
import { murmur3 } from "@bannerol/core";

/** Users fall into so many cells, each always into the same one: sums by cell carry how a user's outcomes hang together. */
export const CELLS = 64;

/** The cell of a user: by a hash of its own, since by the rollout's a rollout of 1 % would fill one cell. */
export function cellOf(release: string, key: string): number {
  return murmur3(`cells:${release}:${key}`, 0) % CELLS;
}

/** Of two bins' edges, the upper over the lower: relative error 1 % (Masson, Rim & Lee 2019, DDSketch, VLDB). */
export const SKETCH_GAMMA = 1.01 / 0.99;
const LN_GAMMA = Math.log(SKETCH_GAMMA);
/** Durations in milliseconds, below and above which there is but one bin. */
const SHORTEST_MS = 2 ** -10;
const LONGEST_MS = 2 ** 33;

const within = (ms: number): number => Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS);

/** The bin `j` of a duration in milliseconds: it holds those above γ^(j-1), up to γ^j. */
export function sketchBin(ms: number): number {
  return Math.ceil(Math.log(within(ms)) / LN_GAMMA);
}

/** The bin of a coarse ladder, by a factor of √2: it is kept for each cell. */
export function ladderBin(ms: number): number {
  return Math.ceil(2 * Math.log2(within(ms)));
}

export const FIRST_SKETCH_BIN = sketchBin(SHORTEST_MS);
export const SKETCH_BINS = sketchBin(LONGEST_MS) - FIRST_SKETCH_BIN + 1;
export const FIRST_LADDER_BIN = ladderBin(SHORTEST_MS);
export const LADDER_BINS = ladderBin(LONGEST_MS) - FIRST_LADDER_BIN + 1;
