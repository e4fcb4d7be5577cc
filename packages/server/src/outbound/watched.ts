/** What operators are told of requests that users asked for. */
import type { Log } from "../observe/log.ts";
import type { ServerMetrics } from "../observe/server-metrics.ts";
import type { OutboundObserver } from "./outbound.ts";

/** Counts all, and logs what was refused: the host alone, since the rest of an address may be a secret. */
export function watchedOutbound({
  metrics,
  log,
}: {
  readonly metrics: Pick<ServerMetrics, "outboundRequests">;
  readonly log: Pick<Log, "warn">;
}): OutboundObserver {
  return (outcome, url) => {
    metrics.outboundRequests.add(outcome.kind);
    if (outcome.kind !== "refused") return;
    const host = URL.canParse(url) ? new URL(url).host : "";
    log.warn({ host, reason: outcome.reason }, "an outbound request was refused");
  };
}
