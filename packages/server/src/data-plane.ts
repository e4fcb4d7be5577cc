/** Everything that SDKs talk to beside the routes: streams, who is connected, what they were asked, and how it goes. */
import { randomUUID } from "node:crypto";
import type { KeyGrant } from "./auth/authenticate.ts";
import { connectedHere } from "./features/connections/here.ts";
import { type ConnectionInventory, joined } from "./features/connections/inventory.ts";
import { NodeReports } from "./features/connections/node-reports.ts";
import { Presence } from "./features/connections/presence.ts";
import type { Services } from "./features/services.ts";
import type { Refusal } from "./http/refusal.ts";
import type { Ledger } from "./log/ledger.ts";
import type { Log } from "./observe/log.ts";
import type { Metric } from "./observe/metrics.ts";
import { type MeasuredPorts, ServerMetrics } from "./observe/server-metrics.ts";
import type { Store } from "./store/port.ts";
import { streamObserver } from "./stream/observer.ts";
import { Stream, type StreamPorts } from "./stream/stream.ts";
import { ViewChanges } from "./stream/view-changes.ts";
import { Usage, type UsagePorts } from "./usage/usage.ts";

export interface DataPlanePorts extends Pick<StreamPorts, "monotonic" | "random">, Pick<UsagePorts, "after" | "every"> {
  readonly ledger: Ledger;
  readonly store: Pick<Store, "usage" | "nodes">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
  readonly authenticateKey: (key: string, origin?: string) => Promise<KeyGrant | Refusal>;
  readonly measured: Pick<MeasuredPorts, "version" | "loopDelays" | "memory" | "walBytes">;
}

/** What routes are given of it. */
export type DataPlaneServices = Pick<Services, "inventory" | "presence" | "events" | "usage" | "metrics" | "measured">;

export interface DataPlane {
  readonly stream: Stream;
  readonly services: DataPlaneServices;
  /** Writes what waits, and leaves the other nodes' sight. After the streams were drained, and before the store closes. */
  readonly close: () => Promise<void>;
}

export function openDataPlane(ports: DataPlanePorts): DataPlane {
  const { ledger, store, now, log, every, measured } = ports;
  const metrics = new ServerMetrics();
  const changes = new ViewChanges();
  // Before the stream: by the time that somebody can acknowledge a change, its instant is known.
  const forget = ledger.subscribe((applied) => changes.take(applied));
  const stream = new Stream({ ...ports, observer: streamObserver({ metrics, changes, log, now }) });
  const presence = new Presence();
  const here = connectedHere({ stream, presence, ledger, now });
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  const usage = new Usage({ ...ports, store: store.usage, failed: failed("counts of usage could not be aged") });
  const said = failed("the other nodes could not be told who is connected here");
  const nodes =
    store.nodes &&
    new NodeReports({
      store: store.nodes,
      node: randomUUID(),
      here,
      places: () => placesOf(ledger),
      every,
      failed: said,
    });
  const inventory: ConnectionInventory = {
    async connected(project, environment) {
      const others = (await nodes?.others(project, environment)) ?? [];
      return joined([...here(project, environment), ...others]);
    },
  };
  const all: readonly Metric[] = metrics.all({ ...measured, ledger, loads: () => stream.loads() });
  return {
    stream,
    services: { inventory, presence, events: stream.events, usage, metrics, measured: all },
    async close() {
      forget();
      await usage.close();
      await nodes?.close();
    },
  };
}

function placesOf(ledger: Ledger) {
  return ledger
    .projects()
    .flatMap((project) =>
      [...(ledger.state(project)?.environments.keys() ?? [])].map((environment) => ({ project, environment })),
    );
}
