/** The browser's clock and timers, as the client needs them. */
import type { Clock } from "@bannerol/client";
import type { PageTimers } from "@bannerol/client/page";

export const browserClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** A longer one would fall due at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const browserTimers: PageTimers = {
  set(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
