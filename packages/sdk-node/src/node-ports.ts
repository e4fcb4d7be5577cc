/** Node's clock and timers, as the client needs them. */
import type { Clock, Timers } from "@bannerol/client";

const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

export const nodeClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const nodeTimers: Timers = {
  set(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
  hold() {
    const timer = setInterval(() => undefined, LONGEST_INTERVAL_MS);
    return () => clearInterval(timer);
  },
};
