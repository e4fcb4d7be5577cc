/** The browser's clock and timers, as the client needs them. */
import type { Clock } from "@bannerol/client";
import type { PageTimers } from "@bannerol/client/page";

export const browserClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const browserTimers: PageTimers = {
  set(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
