/** The browser's clock and timers, as the client needs them. Nothing keeps a page alive. */
import type { Clock, Timers } from "@bannerol/client";

export const browserClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const browserTimers: Timers = {
  set(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  hold: () => () => undefined,
};
