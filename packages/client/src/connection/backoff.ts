/** How long a client waits before it asks again: equal jitter, so that a herd is spread and nobody waits for nothing. */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const REFUSED_MS = 5 * 60_000;

/**
 * Half of `min(30 s, 0.5 s × 2^failures)` plus a random half, in milliseconds. `random` is uniform in [0, 1).
 * See Brooker, "Exponential backoff and jitter" (2015), where this is called equal jitter.
 */
export function backoffMs(failures: number, random: number): number {
  return equalJitter(Math.min(LONGEST_MS, FIRST_MS * 2 ** failures), random);
}

/** The wait after a refused key, 2½ to 5 minutes: it may be made valid again, and is never given up for good. */
export function refusedMs(random: number): number {
  return equalJitter(REFUSED_MS, random);
}

function equalJitter(ms: number, random: number): number {
  return ms / 2 + (ms / 2) * random;
}
