/** A whole server in process, on the in-memory store: for tests of what requests do. */
import { gunzipSync } from "node:zlib";
import { mintCredential } from "@bannerol/protocol";
import { approvalAnswerSchema, problemSchema } from "@bannerol/protocol/schemas";
import { expect } from "vitest";
import { authenticatorOf, createApp, guessesOf, routeTable } from "../app.ts";
import { digestOf } from "../auth/digest.ts";
import { LastUses } from "../auth/last-uses.ts";
import type { LogLevel } from "../config.ts";
import { openDataPlane } from "../data-plane.ts";
import { type ConnectedSdk, joined } from "../features/connections/inventory.ts";
import { ViewRevisions } from "../features/connections/view-revisions.ts";
import { followHolds } from "../features/releases/hold-clock.ts";
import { createShortWay, type ShortWay } from "../features/sdk/short-way.ts";
import { isKeyUpload } from "../features/segments/keys/routes.ts";
import { ServiceState } from "../features/service/service-state.ts";
import type { Draw, Services } from "../features/services.ts";
import { prepareInstallation } from "../first-start.ts";
import type { App } from "../http/mount.ts";
import type { Route } from "../http/route.ts";
import { Ledger } from "../log/ledger.ts";
import { createLog } from "../observe/log.ts";
import { createRedactor } from "../observe/redact.ts";
import { ServerMetrics } from "../observe/server-metrics.ts";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import { PatternProver } from "../patterns/pattern-prover.ts";
import type { Item, Role } from "../state/documents.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { type Actor, type Store, SYSTEM_PROJECT } from "../store/port.ts";
import type { Stream } from "../stream/stream.ts";

/** Has a quote in it, which a line of JSON spells otherwise. */
export const ADMIN_TOKEN = 'correct-horse-"battery"-staple-of-the-admin';
export const START = Date.parse("2026-01-31T12:00:00Z");
export const FLAGS = "/api/v1/projects/default/flags";

const system: Actor = { type: "system", id: "system", name: "Bannerol" };

/** A request as tests write it; a body that is no text is sent as JSON. */
export interface Ask {
  /** The admin token unless another, or null for none, is named. */
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** An answer with its body read; `undefined` where that is no JSON. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
  /** As they came. */
  readonly bytes: Uint8Array;
}

export interface TokenReach {
  readonly project?: string;
  readonly environment?: string;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

export interface Harness {
  readonly services: Services;
  readonly app: App;
  readonly shortWay: ShortWay;
  readonly stream: Stream;
  readonly routes: readonly Route[];
  readonly ledger: Ledger;
  /** What was logged. */
  readonly lines: string[];
  /** Server keys by environment. */
  readonly keys: ReadonlyMap<string, string>;
  /** What the inventory of connections holds. */
  readonly connections: ConnectedSdk[];
  /** Moves the clock. */
  readonly advance: (ms: number) => void;
  /** Sends `GET /path` and reads the answer. */
  readonly ask: (what: string, ask?: Ask) => Promise<Got>;
  /** Writes documents past every check, as another version of the program might. */
  readonly write: (project: string, items: readonly Item[]) => Promise<void>;
  readonly makeToken: (role: Role, reach?: TokenReach) => Promise<string>;
  readonly makeKey: (kind: "server" | "client", environment: string, project?: string) => Promise<string>;
}

/** One for all: it holds no state that a test could tell. */
const patterns = new PatternProver();

export interface HarnessOptions {
  readonly store?: Store;
  /** Reaches nobody unless given. */
  readonly outbound?: Outbound;
  readonly prometheusUrl?: string;
  readonly logLevel?: LogLevel;
}

const unreachable = createOutbound({ allow: [], resolve: async () => [] });

export async function createHarness({
  store = new MemoryStore({ epoch: "epoch1" }),
  outbound = unreachable,
  prometheusUrl,
  logLevel = "info",
}: HarnessOptions = {}): Promise<Harness> {
  const clock = { at: START };
  const now = () => clock.at;
  const draw = countingDraw();
  const lines: string[] = [];
  const redact = createRedactor([ADMIN_TOKEN]);
  const log = createLog(logLevel, (line) => void lines.push(line), redact);
  const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
  const ledger = await Ledger.open({ store, reports, at: now() });
  const { keys = {} } = await prepareInstallation({ ledger, draw, at: now(), hasAdminToken: true });
  const connections: ConnectedSdk[] = [];
  const viewRevisions = new ViewRevisions();
  ledger.subscribe(({ views }) => {
    for (const view of views) viewRevisions.altered(view);
  });
  const state = new ServiceState();
  state.opened();
  const monotonic = () => clock.at - START;
  const lastUses = new LastUses({ store: store.uses, now });
  const metrics = new ServerMetrics();
  const guesses = guessesOf({ metrics, log, monotonic });
  const authenticator = authenticatorOf({ ledger, now, state, lastUses }, { guesses, adminToken: ADMIN_TOKEN });
  const { authenticateKey } = authenticator;
  const never = () => () => {};
  const plane = openDataPlane({
    outbound,
    prometheusUrl,
    ledger,
    store,
    now,
    log,
    authenticateKey,
    monotonic,
    random: () => 0.5,
    maxStreams: 1_000,
    // What would wait for others of its kind is done at once.
    after: (_, fn) => {
      queueMicrotask(fn);
      return () => {};
    },
    every: never,
    metrics,
    measured: { version: "1.2.3", loopDelays: () => ({ p50: 0, p99: 0, max: 0 }), memory: () => 1, walBytes: () => 0 },
  });
  const { stream } = plane;
  const inventory = {
    connected: async (project: string, environment: string) =>
      joined([...connections, ...(await plane.services.inventory.connected(project, environment))]),
  };
  const services: Services = {
    ledger,
    holds: followHolds(ledger, { now, monotonic }),
    approvals: store.approvals,
    draw,
    now,
    state,
    viewRevisions,
    patterns,
    outbound,
    prometheusUrl,
    webhooks: store.webhooks,
    lastUses,
    metrics,
    ...plane.services,
    inventory,
  };
  const asked = { proxies: 0, authenticator, log, redact, monotonic, newRequestId: () => "made-here" };
  const app = createApp(services, { ...asked, idempotency: store.idempotency, version: "1.2.3" });

  const write: Harness["write"] = async (project, items) => {
    await ledger.execute({ project, actor: system, at: now() }, () => ({
      ok: true,
      action: "test",
      items,
      result: undefined,
    }));
  };

  const makeCredential = async (
    kind: "server" | "client" | "token",
    project: string,
    itemOf: (id: string) => Item,
  ): Promise<string> => {
    const { credential, text } = mintCredential(kind, draw.bytes);
    const { id, secret } = credential;
    const credentials = [{ id, digest: digestOf(secret), project }];
    const items = [itemOf(id)];
    await ledger.execute({ project, actor: system, at: now() }, () => ({
      ok: true,
      action: "test",
      items,
      credentials,
      result: undefined,
    }));
    return text;
  };

  const routes = routeTable(services, "1.2.3");

  return {
    services,
    app,
    shortWay: createShortWay(services, asked),
    stream,
    routes,
    ledger,
    lines,
    keys: new Map(Object.entries(keys)),
    connections,
    advance(ms) {
      clock.at += ms;
    },
    async ask(what, ask = {}) {
      const response = await app.request(...requestOf(what, ask));
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = (response.headers.get("content-encoding") === "gzip" ? gunzipSync(bytes) : bytes).toString();
      const got = { status: response.status, headers: response.headers, text, body: parsed(text), bytes };
      holdToSchema(routes, what, got);
      return got;
    },
    write,
    makeToken: (role, reach = {}) =>
      makeCredential("token", SYSTEM_PROJECT, (id) => {
        const after = { id, name: `a ${role}`, role, createdAt: START, ...reach };
        return { kind: "token", key: id, environment: "", after };
      }),
    makeKey: (kind, environment, project = "default") =>
      makeCredential(kind, project, (id) => {
        const after = { id, kind, environment, name: "", createdAt: START };
        return { kind: "key", key: id, environment, after };
      }),
  };
}

function requestOf(what: string, { token = ADMIN_TOKEN, body, headers }: Ask): [string, RequestInit] {
  const [method = "GET", path = "/"] = what.split(" ");
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const type = isKeyUpload(method, path) ? "text/plain" : "application/json";
  return [
    path,
    {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { "content-type": type }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    },
  ];
}

/** Every answer in every test is what the reference says it is, with no field beside: a secret, a layout. */
function holdToSchema(routes: readonly Route[], what: string, { status, headers, body, text }: Got): void {
  if (text === "" || headers.get("content-type") === "application/octet-stream") return;
  const route = routeFor(routes, what);
  const isProblem = headers.get("content-type") === "application/problem+json";
  const waits = status === 202 ? approvalAnswerSchema : undefined;
  expect((isProblem ? problemSchema : (waits ?? route?.reply))?.parse(body), what).toEqual(body);
  if (isProblem) expect(status, what).toBe(field(body, "status"));
  else expect([route?.status ?? 200, 202, 503], what).toContain(status);
}

/** The route that a request is for; a fixed word goes before a parameter. */
export function routeFor(routes: readonly Route[], what: string): Route | undefined {
  const [method, address = ""] = what.split(" ");
  const path = address.split("?")[0] ?? "";
  return routes.find((route) => route.method === method && matches(route.path, path));
}

function matches(pattern: string, path: string): boolean {
  const steps = path.split("/");
  const wanted = pattern.split("/");
  return steps.length === wanted.length && wanted.every((step, at) => step.startsWith("{") || step === steps[at]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Different at each draw, the same in each run. */
function countingDraw(): Draw {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return { seed: next, bytes: (count) => Uint8Array.from({ length: count }, () => next() >>> 24) };
}

/** A field of a body, however deep: `field(got.body, "items", 0, "key")`. */
export function field(body: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).find(([name]) => name === String(step))?.[1]
        : undefined,
    body,
  );
}
