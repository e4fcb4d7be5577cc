/** Node's clock and timers, as the client needs them. */
import type { Clock, Timers } from "@bannerol/client";

/** A longer one would fall due at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const nodeClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const nodeTimers: Timers = {
  set(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, LONGEST_TIMER_MS)).unref();
    return () => clearTimeout(timer);
  },
  hold() {
    const timer = setInterval(() => undefined, LONGEST_TIMER_MS);
    return () => clearInterval(timer);
  },
};
