/** Stops candidates of a flag that keep failing, for a while. Pure; times are monotonic milliseconds. */

const FAILURES = 5;
const OPEN_MS = 30_000;

export interface Breaker {
  /** Whether a candidate of the flag may run at `now`. */
  readonly allows: (flag: string, now: number) => boolean;
  readonly ended: (flag: string, ok: boolean, now: number) => void;
}

export function createBreaker(): Breaker {
  /** Flags whose candidates have failed: how often in a row, and when last. */
  const failing = new Map<string, { readonly times: number; readonly at: number }>();
  return {
    allows(flag, now) {
      const { times = 0, at = 0 } = failing.get(flag) ?? {};
      return times < FAILURES || now - at >= OPEN_MS;
    },
    ended(flag, ok, now) {
      if (ok) failing.delete(flag);
      else failing.set(flag, { times: (failing.get(flag)?.times ?? 0) + 1, at: now });
    },
  };
}
