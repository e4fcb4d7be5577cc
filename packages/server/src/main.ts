/**
 * A whole server, from settings to sockets.
 *
 *     config ─► store ─► ledger ─► app, stream ─► HTTP server ─► first start ─► ready
 *     close  ─► /readyz fails ─► goodbye to streams ─► requests in flight end ─► store closed
 *
 * It knows no signal and prints nothing: that belongs to the command that runs it.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { authenticatorOf, createApp, guessesOf } from "./app.ts";
import { LastUses } from "./auth/last-uses.ts";
import type { Config } from "./config.ts";
import { type DataPlane, openDataPlane } from "./data-plane.ts";
import { ViewRevisions } from "./features/connections/view-revisions.ts";
import { followHolds } from "./features/releases/hold-clock.ts";
import { createShortWay } from "./features/sdk/short-way.ts";
import { isKeyUpload } from "./features/segments/keys/routes.ts";
import { ServiceState } from "./features/service/service-state.ts";
import type { Draw, Services } from "./features/services.ts";
import { type FirstSecrets, prepareInstallation } from "./first-start.ts";
import { createHttpServer, type HttpServer } from "./http/http-server.ts";
import { dueWork } from "./jobs/due.ts";
import { addressOf, listenOrSay } from "./listening.ts";
import { Ledger } from "./log/ledger.ts";
import type { Renewed } from "./log/renewal.ts";
import { createLog, type Log, type LogSink } from "./observe/log.ts";
import { residentBytes, walBytesOf, watchLoop } from "./observe/process-load.ts";
import { createRedactor, type Redactor } from "./observe/redact.ts";
import { ServerMetrics } from "./observe/server-metrics.ts";
import { createOutbound } from "./outbound/outbound.ts";
import { watchedOutbound } from "./outbound/watched.ts";
import { PatternProver } from "./patterns/pattern-prover.ts";
import type { StoreFault } from "./store/fault.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/port.ts";
import { afterUnreferenced, everyUnreferenced } from "./timers.ts";
import { followOthers, lookForDamage, startNotingUses, startSweeping } from "./upkeep.ts";

/** What a server takes from its process, replaceable in tests. */
export interface ServerDependencies {
  /** Where log lines go; standard output unless given. */
  readonly log?: LogSink;
  /** Shown in the API's description. */
  readonly version?: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Takes what this start made and nobody can read again. The server says that it is ready once this has resolved. */
  readonly keep?: (started: Started) => Promise<void>;
}

/** What is known of a server once it listens. */
export interface Started extends FirstSecrets {
  /** As in `http://localhost:4400`. */
  readonly url: string;
}

/** A server that runs. The secrets are there on the start that made them, and never again. */
export interface RunningServer extends Started {
  readonly port: number;
  /** Drains and stops; resolves when everything is durable and closed. Calling it twice is harmless. */
  close(): Promise<void>;
}

/**
 * Starts a server. Rejects with a `StartError` where its port cannot be had, with a `StoreFault` where its database
 * cannot be used; nothing is left open then.
 */
export async function startServer(config: Config, dependencies: ServerDependencies = {}): Promise<RunningServer> {
  const { now = Date.now, version = "0.0.0", log: sink = (line) => void process.stdout.write(line) } = dependencies;
  const redact = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, sink, redact);
  const opened = await openLedger(config, { log, now });
  const { ledger } = opened;
  const wired = wire({ ...opened, config, now, log, redact, version });
  const stop = once(() => stopInOrder(wired, config.drainMs));
  try {
    // The port before the secrets: a start that fails must not have made any that nobody saw.
    const port = await listenOrSay(wired.http, config);
    const hasAdminToken = config.adminToken !== undefined;
    const secrets = await prepareInstallation({ ledger, draw, at: now(), hasAdminToken });
    const url = `http://${addressOf(config.host)}:${port}`;
    await dependencies.keep?.({ url, ...secrets });
    wired.state.opened();
    wired.begin();
    followOthers(wired);
    void lookForDamage(wired);
    log.info({ url }, "the server is ready");
    return { url, port, close: stop, ...secrets };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connections beside the streams: requests, and handshakes whose key has not come yet. */
const PLACES_FOR_REQUESTS = 2_000;

const draw: Draw = { seed: () => randomBytes(4).readUInt32BE(), bytes: (count) => randomBytes(count) };

type Opened = Pick<WireInput, "ledger" | "store">;

async function openLedger({ database }: Config, { log, now }: Pick<WireInput, "log" | "now">): Promise<Opened> {
  const store = await openStore(database, now());
  const reports = {
    unreadable: (project: string, document: object) =>
      log.error({ project, ...document }, "a stored document cannot be read"),
    listenerFailed: (error: unknown) => log.error({ err: error }, "a listener of the log failed"),
    renewed: (renewed: Renewed) => log.error({ ...renewed }, "the history goes on under a new epoch"),
    renewalFailed: (error: unknown) => log.error({ err: error }, "the database could not be read under a new epoch"),
  };
  try {
    return { ledger: await Ledger.open({ store, reports, at: now() }), store };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Whoever asked is told what they can do about it; what it is, and where, stands here. */
function sayFault(log: Log, fault: StoreFault | undefined): void {
  if (fault === undefined) log.info("the database works again");
  else log.error({ err: fault }, fault.kind === "corrupt" ? "the database is damaged" : "the database fails");
}

/** What has no form by which a redactor could tell it. */
function secretsOf({ adminToken, database }: Config): readonly string[] {
  const password = database.kind === "postgres" ? new URL(database.url).password : "";
  // A short one may be a word of any line, and masking it would tell it.
  const passwords = password.length < 8 ? [] : [password, decodeURIComponent(password)];
  return adminToken === undefined ? passwords : [adminToken, ...passwords];
}

interface WireInput {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly now: () => number;
  readonly log: Log;
  readonly redact: Redactor;
  readonly version: string;
}

interface Wired extends Pick<WireInput, "ledger" | "log"> {
  readonly state: ServiceState;
  readonly plane: DataPlane;
  readonly http: HttpServer;
  readonly patterns: PatternProver;
  /** Measures the event loop no more. */
  readonly unwatch: () => void;
  /** Takes on no new stream. */
  readonly detach: () => void;
  readonly stopSweeping: () => Promise<void>;
  readonly stopNotingUses: () => Promise<void>;
  /** Carries out what is due, from now on. */
  readonly begin: () => void;
  readonly stopTicking: () => Promise<void>;
}

function wire({ config, ledger, store, now, log, redact, version }: WireInput): Wired {
  const state = new ServiceState((fault) => sayFault(log, fault));
  const monotonic = () => performance.now();
  const { adminToken, database } = config;
  const lastUses = new LastUses({ store: store.uses, now });
  const metrics = new ServerMetrics();
  const guesses = guessesOf({ metrics, log, monotonic });
  const admin = adminToken === undefined ? {} : { adminToken };
  const authenticator = authenticatorOf({ ledger, now, state, lastUses }, { guesses, ...admin });
  const { authenticateKey } = authenticator;
  const loop = watchLoop();
  const walBytes = database.kind === "sqlite" ? { walBytes: () => walBytesOf(database.path) } : {};
  const outbound = createOutbound({ allow: config.outboundAllow, ended: watchedOutbound({ metrics, log }) });
  const plane = openDataPlane({
    outbound,
    prometheusUrl: config.prometheusUrl,
    ledger,
    store,
    now,
    log,
    authenticateKey,
    monotonic,
    random: Math.random,
    maxStreams: config.maxStreams,
    after: afterUnreferenced,
    every: everyUnreferenced,
    metrics,
    measured: { version, loopDelays: loop.read, memory: residentBytes, ...walBytes },
  });
  const patterns = new PatternProver();
  const services: Services = {
    ledger,
    approvals: store.approvals,
    draw,
    now,
    ...plane.services,
    viewRevisions: followViews(ledger),
    holds: followHolds(ledger, { now, monotonic }),
    state,
    patterns,
    outbound,
    prometheusUrl: config.prometheusUrl,
    webhooks: store.webhooks,
    lastUses,
    metrics,
  };
  const asked = { proxies: config.proxies, authenticator, log, redact, monotonic, newRequestId: randomUUID };
  const http = createHttpServer(createApp(services, { ...asked, idempotency: store.idempotency, version }), {
    isStreamed: isKeyUpload,
    shortWay: createShortWay(services, asked),
    maxConnections: config.maxStreams + PLACES_FOR_REQUESTS,
    dropped: () => metrics.connectionsDropped.add(),
  });
  const stopSweeping = startSweeping({
    ledger,
    usage: store.usage,
    idempotency: store.idempotency,
    approvals: store.approvals,
    now,
    log,
    every: everyUnreferenced,
  });
  const connected = () => plane.stream.keyIds();
  const stopNotingUses = startNotingUses({ lastUses, connected, log, every: everyUnreferenced });
  const jobs = dueWork(services, { log, every: everyUnreferenced, random: Math.random });
  const detach = plane.stream.attach(http.server, config.proxies);
  const stops = { detach, unwatch: loop.stop, stopSweeping, stopNotingUses, stopTicking: jobs.stop };
  return { ledger, log, state, plane, http, patterns, begin: jobs.begin, ...stops };
}

async function stopInOrder(wired: Wired, drainMs: number): Promise<void> {
  const { ledger, log, state, plane, http, patterns, detach, unwatch } = wired;
  log.info("the server stops");
  state.drain();
  // A request of the server's own may take 5 s to end: others need not wait for it.
  const ticked = wired.stopTicking();
  const began = performance.now();
  await plane.stream.drain(drainMs);
  detach();
  await http.stop(Math.max(0, drainMs - (performance.now() - began)));
  await patterns.close();
  await ticked;
  await wired.stopSweeping();
  await wired.stopNotingUses();
  await plane.close();
  unwatch();
  await ledger.close();
  log.info("the server has stopped");
}

/** Does it at the first call; every call gets that one's result. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

function followViews(ledger: Ledger): ViewRevisions {
  const revisions = new ViewRevisions();
  for (const project of ledger.projects()) {
    for (const environment of ledger.state(project)?.environments.keys() ?? []) {
      for (const viewClass of ["server", "client"] as const) {
        const view = ledger.view(project, environment, viewClass);
        if (view !== undefined) revisions.altered(view);
      }
    }
  }
  ledger.subscribe(({ views }) => {
    for (const view of views) revisions.altered(view);
  });
  return revisions;
}
