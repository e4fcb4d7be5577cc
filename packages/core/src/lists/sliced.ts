/**
 * Long work, cut up: each `next()` does one slice of at most about `SLICE_KEYS` keys, and the last one returns the
 * result. Who drives it decides what happens between slices; a server or an SDK lets others run.
 */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** How many keys a slice handles: half a millisecond of work, and a few where the code is cold. */
export const SLICE_KEYS = 2_048;

/** Does all of it at once, for a script or a short list. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
