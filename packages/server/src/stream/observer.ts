/** What the stream tells those who measure and those who watch over keys. */
import type { Log } from "../observe/log.ts";
import type { ServerMetrics } from "../observe/server-metrics.ts";
import type { StreamObserver } from "./stream.ts";
import type { ViewChanges } from "./view-changes.ts";

export interface ObserverPorts {
  readonly metrics: ServerMetrics;
  readonly changes: ViewChanges;
  readonly log: Pick<Log, "warn">;
  /** Epoch milliseconds: the instants of changes are, whichever node made them. */
  readonly now: () => number;
}

export function streamObserver({ metrics, changes, log, now }: ObserverPorts): StreamObserver {
  return {
    acknowledged(viewId, revision) {
      const at = changes.instantOf(viewId, revision);
      if (at !== undefined) metrics.acknowledged.observe(Math.max(0, now() - at) / 1_000);
    },
    cutSlowReader: () => metrics.slowReadersCut.add(),
    refusedHandshake: () => metrics.handshakesRefused.add(),
    leaked(detail) {
      metrics.keysLeaked.add();
      log.warn(detail);
    },
  };
}
