/** What this process says of itself: how late its event loop is, and how large it and its write-ahead log are. */
import { statSync } from "node:fs";
import { createHistogram } from "node:perf_hooks";
import type { LoopDelays } from "./server-metrics.ts";

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/**
 * Begins to measure; each reading begins anew. By a timer of its own: what Node measures by itself forgets, when it is
 * reset, when it looked last, and so misses a delay that begins right after a reading.
 */
export function watchLoop(): { readonly read: () => LoopDelays; readonly stop: () => void } {
  const delays = createHistogram();
  let last = process.hrtime.bigint();
  const look = () => {
    const now = process.hrtime.bigint();
    delays.record(now - last);
    last = now;
  };
  const timer = setInterval(look, RESOLUTION_MS).unref();
  return {
    read() {
      // What is measured is the whole interval between two looks.
      const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000);
      const read = { p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max) };
      delays.reset();
      return read;
    },
    stop: () => clearInterval(timer),
  };
}

export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** 0 where there is none. */
export function walBytesOf(database: string): number {
  return statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
