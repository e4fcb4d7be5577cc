/** What a server measures of itself. */
import { createHash } from "node:crypto";
import { type ConnectionLoad, transports } from "@bannerol/hub";
import type { Ledger } from "../log/ledger.ts";
import { viewClasses } from "../log/projection/project.ts";
import { Counter, gauge, Histogram, type Metric, type Sample } from "./metrics.ts";

/** Seconds from a change's instant to an SDK's word that it has it. */
const ACKNOWLEDGED_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];

/** Of the last while. Reading them begins the next. */
export interface LoopDelays {
  /** Seconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface MeasuredPorts {
  readonly ledger: Ledger;
  /** Shown as the build. */
  readonly version: string;
  readonly loads: () => readonly ConnectionLoad[];
  readonly loopDelays: () => LoopDelays;
  /** Bytes that this process holds. */
  readonly memory: () => number;
  /** Of the write-ahead log; absent where there is no such file. */
  readonly walBytes?: () => number;
}

export class ServerMetrics {
  readonly eventBatches = new Counter("bannerol_event_batches_total", "Batches of events answered", {
    label: "result",
    values: ["counted", "repeated"],
  });
  readonly handshakesRefused = new Counter(
    "bannerol_handshakes_refused_total",
    "Streams that were told to come again later",
  );
  readonly connectionsDropped = new Counter(
    "bannerol_connections_dropped_total",
    "Connections closed as they came, for there were too many",
  );
  readonly slowReadersCut = new Counter("bannerol_slow_readers_cut_total", "Streams ended because nobody read them");
  readonly keysLeaked = new Counter(
    "bannerol_keys_leaked_total",
    "Handshakes by which a server key came from a browser",
  );
  readonly wrongCredentials = new Counter("bannerol_wrong_credentials_total", "Keys and tokens that were not valid", {
    label: "answer",
    values: ["invalid", "wait"],
  });
  readonly webhookDeliveries = new Counter("bannerol_webhook_deliveries_total", "Tries to send a change to a webhook", {
    label: "result",
    values: ["delivered", "failed"],
  });
  readonly outboundRequests = new Counter(
    "bannerol_outbound_requests_total",
    "Requests to addresses that users wrote",
    {
      label: "result",
      values: ["answered", "failed", "refused"],
    },
  );
  readonly acknowledged = new Histogram(
    "bannerol_commit_to_acknowledged_seconds",
    "From a change's instant to an SDK's word that it has it",
    ACKNOWLEDGED_BOUNDS,
  );

  /** Everything, in the order in which it is shown. */
  all(ports: MeasuredPorts): readonly Metric[] {
    const { version, memory, walBytes } = ports;
    return [
      gauge("bannerol_build_info", "The program's version", () => [{ labels: { version }, value: 1 }]),
      gauge("bannerol_connections", "Open streams", () => connectionSamples(ports.loads())),
      gauge("bannerol_unsent_bytes", "Written to streams and not taken by their readers yet", () => [
        { value: sum(ports.loads().map(({ unsentBytes }) => unsentBytes)) },
      ]),
      gauge("bannerol_view_revision", "The revision of each view, by a digest of its name", () =>
        revisions(ports.ledger),
      ),
      this.acknowledged,
      this.slowReadersCut,
      this.handshakesRefused,
      this.connectionsDropped,
      this.keysLeaked,
      this.wrongCredentials,
      this.eventBatches,
      this.webhookDeliveries,
      this.outboundRequests,
      gauge("bannerol_event_loop_delay_seconds", "How late the event loop was since this was last read", () =>
        Object.entries(ports.loopDelays()).map(([quantile, value]) => ({ labels: { quantile }, value })),
      ),
      gauge("process_resident_memory_bytes", "Memory of this process", () => [{ value: memory() }]),
      ...(walBytes === undefined
        ? []
        : [gauge("bannerol_wal_bytes", "The write-ahead log", () => [{ value: walBytes() }])]),
    ];
  }
}

const classes = ["server", "client", "none"] as const;

/** `none`: no key was shown yet. */
function connectionSamples(loads: readonly ConnectionLoad[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const { viewId = "none", transport } of loads) {
    const name = `${viewId.slice(viewId.lastIndexOf("/") + 1)} ${transport}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return classes.flatMap((kind) =>
    transports.map((transport) => ({
      labels: { class: kind, transport },
      value: counts.get(`${kind} ${transport}`) ?? 0,
    })),
  );
}

/** The digest is the same on every node, so that one that lags shows; the epoch in it keeps names from being guessed. */
function revisions(ledger: Ledger): readonly Sample[] {
  const places = ledger
    .projects()
    .flatMap((project) =>
      [...(ledger.state(project)?.environments.keys() ?? [])].map((environment) => ({ project, environment })),
    );
  return places.flatMap(({ project, environment }) =>
    viewClasses.flatMap((kind) => {
      const view = ledger.view(project, environment, kind);
      if (view === undefined) return [];
      const name = JSON.stringify([ledger.epoch, project, environment, kind]);
      const digest = createHash("sha256").update(name).digest("hex").slice(0, 12);
      return [{ labels: { view: digest, class: kind }, value: view.revision }];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
