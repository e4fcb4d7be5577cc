/**
 * A whole server, from settings to sockets.
 *
 *     config ─► store ─► ledger ─► app, stream ─► HTTP server ─► first start ─► ready
 *     close  ─► /readyz fails ─► goodbye to streams ─► requests in flight end ─► store closed
 *
 * It knows no signal and prints nothing: that belongs to the command that runs it.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { authenticatorOf, createApp } from "./app.ts";
import type { Config } from "./config.ts";
import type { ConnectedSdk, ConnectionInventory } from "./features/connections/inventory.ts";
import { ViewRevisions } from "./features/connections/view-revisions.ts";
import { ServiceState } from "./features/service/service-state.ts";
import type { Draw, Services } from "./features/services.ts";
import { type FirstSecrets, prepareInstallation } from "./first-start.ts";
import { createHttpServer, type HttpServer } from "./http/http-server.ts";
import { Ledger } from "./log/ledger.ts";
import { createLog, type Log, type LogSink } from "./observe/log.ts";
import { createRedactor, type Redactor } from "./observe/redact.ts";
import { PatternProver } from "./patterns/pattern-prover.ts";
import { StoreFault } from "./store/fault.ts";
import { openStore } from "./store/open-store.ts";
import { Stream } from "./stream/stream.ts";

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

/** The server could not start, for a reason that an operator can do something about. One line. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * Starts a server. Rejects with a `StartError` where its port cannot be had, with a `StoreFault` where its database
 * cannot be used; nothing is left open then.
 */
export async function startServer(config: Config, dependencies: ServerDependencies = {}): Promise<RunningServer> {
  const { now = Date.now, version = "0.0.0", log: sink = (line) => void process.stdout.write(line) } = dependencies;
  const redact = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, sink, redact);
  const ledger = await openLedger(config, { log, now });
  const wired = wire({ config, ledger, now, log, redact, version });
  const stop = once(() => stopInOrder(wired, config.drainMs));
  try {
    // The port before the secrets: a start that fails must not have made any that nobody saw.
    const port = await listenOrSay(wired.http, config);
    const hasAdminToken = config.adminToken !== undefined;
    const secrets = await prepareInstallation({ ledger, draw, at: now(), hasAdminToken });
    const url = `http://${addressOf(config.host)}:${port}`;
    await dependencies.keep?.({ url, ...secrets });
    wired.state.opened();
    followOthers(wired);
    log.info({ url }, "the server is ready");
    return { url, port, close: stop, ...secrets };
  } catch (error) {
    await stop();
    throw error;
  }
}

const draw: Draw = { seed: () => randomBytes(4).readUInt32BE(), bytes: (count) => randomBytes(count) };

async function openLedger({ database }: Config, { log, now }: Pick<WireInput, "log" | "now">): Promise<Ledger> {
  const store = await openStore(database, now());
  const reports = {
    unreadable: (project: string, document: object) =>
      log.error({ project, ...document }, "a stored document cannot be read"),
    listenerFailed: (error: unknown) => log.error({ err: error }, "a listener of the log failed"),
  };
  try {
    return await Ledger.open({ store, reports, at: now() });
  } catch (error) {
    await store.close();
    throw error;
  }
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
  readonly now: () => number;
  readonly log: Log;
  readonly redact: Redactor;
  readonly version: string;
}

interface Wired extends Pick<WireInput, "ledger" | "log"> {
  readonly state: ServiceState;
  readonly stream: Stream;
  readonly http: HttpServer;
  readonly patterns: PatternProver;
  /** Takes on no new stream. */
  readonly detach: () => void;
}

function wire({ config, ledger, now, log, redact, version }: WireInput): Wired {
  const state = new ServiceState();
  const monotonic = () => performance.now();
  const inventory: ConnectionInventory = {
    connected: (project, environment) => connected(stream, ledger, { project, environment, now: now() }),
  };
  const patterns = new PatternProver();
  const services: Services = { ledger, draw, now, inventory, viewRevisions: followViews(ledger), state, patterns };
  const authenticator = authenticatorOf(services, config.adminToken);
  const { authenticateKey } = authenticator;
  const stream = new Stream({ ledger, authenticateKey, monotonic, random: Math.random });
  const http = createHttpServer(
    createApp(services, { authenticator, log, redact, version, monotonic, newRequestId: randomUUID }),
  );
  return { ledger, log, state, stream, http, patterns, detach: stream.attach(http.server) };
}

async function stopInOrder(
  { ledger, log, state, stream, http, patterns, detach }: Wired,
  drainMs: number,
): Promise<void> {
  log.info("the server stops");
  state.drain();
  const began = performance.now();
  await stream.drain(drainMs);
  detach();
  await http.stop(Math.max(0, drainMs - (performance.now() - began)));
  await patterns.close();
  await ledger.close();
  log.info("the server has stopped");
}

/** Says in `/readyz` how the database does, and in the log where that changes. */
function followOthers({ ledger, state, log }: Wired): void {
  let last: string | undefined;
  ledger.follow((trouble) => {
    const fault = trouble instanceof StoreFault ? trouble.kind : undefined;
    state.looked(fault);
    const now = trouble === undefined ? undefined : (fault ?? String(trouble));
    if (now === last) return;
    last = now;
    if (trouble === undefined) log.info("the database is followed again");
    else log.warn({ err: trouble }, "the database cannot be followed");
  });
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

interface Where {
  readonly project: string;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

function connected(stream: Stream, ledger: Ledger, { project, environment, now }: Where): readonly ConnectedSdk[] {
  const keys = ledger.state(project)?.keys;
  return stream.inventory(project, environment).map(({ instance, name, version, keyId, acknowledged, ageMs }) => ({
    instance,
    name,
    version,
    keyId,
    acknowledged,
    class: keys?.get(keyId)?.document.kind ?? "server",
    since: now - ageMs,
  }));
}

async function listenOrSay(http: HttpServer, { port, host }: Config): Promise<number> {
  try {
    return await http.listen(port, host);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = reasons.get(String(code)) ?? `cannot be listened on (${String(code)})`;
    throw new StartError(`Port ${port} of ${host} ${reason}. Choose another with PORT or HOST.`, { cause: error });
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "is taken: something else listens there"],
  ["EACCES", "is not ours to take: ports below 1024 need rights"],
  ["EADDRNOTAVAIL", "cannot be had: this machine has no such address"],
  ["ENOTFOUND", "cannot be had: there is no such host"],
]);

/** What a person can open: the loopback by its name, an IPv6 address in brackets. */
function addressOf(host: string): string {
  if (["127.0.0.1", "::1", "0.0.0.0", "::"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
