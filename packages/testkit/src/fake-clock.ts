/**
 * Time that passes only when a test says so: a wall clock, a monotonic clock and timers of one kind. `advance` runs
 * what falls due, in order, with the clocks at its instant.
 */
export interface FakeClock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back, from 0. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the answer cancels it. */
  set(ms: number, fn: () => void): () => void;
  hold(): () => void;
  /** Promises that keep the process alive now. */
  readonly holds: number;
  readonly pendingTimers: number;
  /** Lets time pass. */
  advance(ms: number): void;
  /** Moves the wall clock alone, as an administrator or a leap does. */
  jump(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Starts at 2026-01-01T00:00:00Z. */
export function fakeClock(): FakeClock {
  let elapsed = 0;
  let wall = Date.UTC(2026, 0, 1);
  let order = 0;
  let holds = 0;
  const timers = new Set<Timer>();

  const nextUntil = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > end) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  };
  const moveTo = (instant: number): void => {
    wall += instant - elapsed;
    elapsed = instant;
  };

  return {
    now: () => wall,
    monotonic: () => elapsed,
    set(ms, fn) {
      const timer = { at: elapsed + ms, order: order++, fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    hold() {
      let held = true;
      holds++;
      return () => {
        if (held) holds--;
        held = false;
      };
    },
    get holds() {
      return holds;
    },
    get pendingTimers() {
      return timers.size;
    },
    advance(ms) {
      const end = elapsed + ms;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        moveTo(Math.max(timer.at, elapsed));
        timer.fn();
      }
      moveTo(end);
    },
    jump(ms) {
      wall += ms;
    },
  };
}
