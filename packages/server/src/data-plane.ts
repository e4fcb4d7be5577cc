/** Everything that SDKs talk to beside the routes: streams, who is connected, what they were asked, and how it goes. */
import { randomUUID } from "node:crypto";
import { Evidence, type ReleasePlace } from "./evidence/evidence.ts";
import { Sources } from "./evidence/sources.ts";
import { connectedHere } from "./features/connections/here.ts";
import { type ConnectionInventory, joined } from "./features/connections/inventory.ts";
import { NodeReports } from "./features/connections/node-reports.ts";
import { Presence } from "./features/connections/presence.ts";
import type { Services } from "./features/services.ts";
import type { Ledger } from "./log/ledger.ts";
import type { Log } from "./observe/log.ts";
import type { Metric } from "./observe/metrics.ts";
import type { MeasuredPorts, ServerMetrics } from "./observe/server-metrics.ts";
import type { Outbound } from "./outbound/outbound.ts";
import { targetingOf } from "./state/project-state.ts";
import type { Store } from "./store/port.ts";
import { streamObserver } from "./stream/observer.ts";
import { Stream, type StreamPorts } from "./stream/stream.ts";
import { ViewChanges } from "./stream/view-changes.ts";
import { Usage, type UsagePorts } from "./usage/usage.ts";

const AGE_EVIDENCE_MS = 3_600_000;

export interface DataPlanePorts
  extends Pick<StreamPorts, "monotonic" | "random" | "maxStreams">,
    Pick<UsagePorts, "after" | "every"> {
  readonly ledger: Ledger;
  readonly store: Pick<Store, "usage" | "evidence" | "nodes">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
  readonly outbound: Outbound;
  /** Where guards' queries go that name no server. */
  readonly prometheusUrl?: string | undefined;
  readonly authenticateKey: StreamPorts["authenticateKey"];
  readonly metrics: ServerMetrics;
  readonly measured: Pick<MeasuredPorts, "version" | "loopDelays" | "memory" | "walBytes">;
}

/** What routes are given of it. */
export type DataPlaneServices = Pick<Services, "inventory" | "presence" | "events" | "usage" | "evidence" | "measured">;

export interface DataPlane {
  readonly stream: Stream;
  readonly services: DataPlaneServices;
  /** Writes what waits, and leaves the other nodes' sight. After the streams were drained, and before the store closes. */
  readonly close: () => Promise<void>;
}

export function openDataPlane(ports: DataPlanePorts): DataPlane {
  const { ledger, store, now, log, every, metrics, measured } = ports;
  const changes = new ViewChanges();
  // Before the stream: by the time that somebody can acknowledge a change, its instant is known.
  const forget = ledger.subscribe((applied) => changes.take(applied));
  const stream = new Stream({ ...ports, observer: streamObserver({ metrics, changes, log, now }) });
  const presence = new Presence();
  const here = connectedHere({ stream, presence, ledger, now });
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  const usage = new Usage({ ...ports, store: store.usage, failed: failed("counts of usage could not be aged") });
  const evidence = openEvidence(ports, usage);
  const aged = failed("evidence of releases could not be aged");
  const stopAging = every(AGE_EVIDENCE_MS, () => void store.evidence.age(now()).catch(aged));
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
    services: { inventory, presence, events: stream.events, usage, evidence, measured: all },
    async close() {
      forget();
      stopAging();
      await usage.close();
      await nodes?.close();
    },
  };
}

function openEvidence({ ledger, store, outbound, now, log, prometheusUrl }: DataPlanePorts, usage: Usage): Evidence {
  const sources = new Sources({
    outbound,
    now,
    prometheusUrl,
    take: (batch) => usage.take(batch),
    came: (places) => evidence.came(places),
    controlVariant({ project, flag, environment }) {
      const state = ledger.state(project);
      return state && targetingOf(state, flag, environment)?.document.off;
    },
    failed: (place: ReleasePlace, message) => log.warn({ ...place, message }, "a guard's source could not be read"),
  });
  const evidence = new Evidence({ store: store.evidence, read: (place, wanted) => sources.read(place, wanted) });
  return evidence;
}

function placesOf(ledger: Ledger) {
  return ledger
    .projects()
    .flatMap((project) =>
      [...(ledger.state(project)?.environments.keys() ?? [])].map((environment) => ({ project, environment })),
    );
}
