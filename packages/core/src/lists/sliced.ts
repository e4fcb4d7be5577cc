/**
 * Long work, cut up: each `next()` does one slice of at most about `SLICE_KEYS` keys, and the last one returns the
 * result. Who drives it decides what happens between slices; a server or an SDK lets others run.
 */
export type Sliced<T> = Generator<undefined, T, undefined>;

/**
 * How many keys a slice handles: less than a tenth of a millisecond of work, and ten at most, once, where the code is cold
 * and memory is touched for the first time. With eight times as many those slices took 20 to 38. Who drives the work goes by the
 * clock, and does as many slices in a turn as there is time for.
 */
export const SLICE_KEYS = 256;

/** Does all of it at once, for a script or a short list. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
