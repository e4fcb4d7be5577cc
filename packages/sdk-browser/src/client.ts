/** A client in a page: flags for one context, kept current, and word of what changed. */
import type { ClientProblem, Ready, RulesetChange, Source } from "@bannerol/client";
import type { EventSender } from "@bannerol/client/events";
import {
  createListeners,
  freshnessOf,
  type Held,
  type Listener,
  type PageConnectionPorts,
  reasonOf,
} from "@bannerol/client/page";
import { type EvaluationContext, murmur3 } from "@bannerol/core";
import type { Ask } from "./answers.ts";
import { createExposures } from "./exposures.ts";
import { type Flags, flagsOf, settleTable } from "./flags.ts";
import { type HasInner, INNER, type Inner } from "./inner.ts";
import { createKeeper } from "./kept.ts";
import { bring } from "./late.ts";
import { createLink } from "./linking.ts";
import type { Known, Mode } from "./mode.ts";
import { browserClock as clock, browserTimers as timers } from "./net/browser-ports.ts";
import { webSocketTransport } from "./net/web-socket.ts";
import { type Bootstrap, type ClientOptions, type Server, serverIn } from "./options.ts";
import { createOutcomeCalls, type OutcomeCalls } from "./outcomes.ts";
import { createShowing } from "./showing.ts";
import { SDK } from "./version.ts";
import type { Answer } from "./view.ts";

export interface Status {
  /**
   * `connecting`: on the way to the server, and no try has failed. `live`: every change arrives as it happens. `offline`:
   * the server is out of reach, refuses, or nobody has looked at the page for long; tries go on, or begin again when
   * somebody looks. `stale`: the state was last confirmed longer ago than `staleAfterMs`. `closed`: by `close()`.
   */
  readonly state: "connecting" | "live" | "stale" | "offline" | "closed";
  /** Where the state in use came from; undefined where there is none. What the server has confirmed is its own. */
  readonly source: Source | undefined;
  readonly epoch: string | undefined;
  readonly revision: number | undefined;
  /** Since the server last gave or confirmed the state; a bootstrap's counts from the client's start. */
  readonly ageMs: number | undefined;
  /** Evaluations that the server does not hear of. */
  readonly drops: number;
  /** Deltas and states from the server that did not fit and were not applied. */
  readonly rejected: number;
  /** What is wrong with the connection, until it is no longer. */
  readonly problem: ClientProblem | undefined;
}

export interface ClientEvents {
  /** Once: there is a state to work with. */
  readonly ready: Ready;
  /** Results for this context differ from what they were: `keys` says of which flags. */
  readonly change: RulesetChange;
  /** The status has another `state` or `source`. */
  readonly status: Status;
  readonly error: ClientProblem;
}

/** Flags for the context in hand. None of its calls throws, waits or does I/O but where it says so. */
export interface BrowserClient extends Flags, OutcomeCalls {
  /**
   * Evaluates for another context from now on. What the page can evaluate changes at once; for flags that the server
   * evaluates the defaults are served until it has answered. Resolves when it has. Never rejects.
   */
  setContext(context: EvaluationContext): Promise<void>;
  /** The context in hand. */
  readonly context: EvaluationContext;
  /** The same calls on the state and the context of this moment. */
  snapshot(): Flags & { readonly revision: number };
  /**
   * Resolves when there is a state to work with, and says where it came from. With a kept state the server is given a
   * second, or until the first try has failed. Never rejects.
   */
  ready(): Promise<Ready>;
  /** Calls `fn` at each such event; the answer unsubscribes. A listener that throws harms nobody. */
  on<T extends keyof ClientEvents>(type: T, fn: Listener<ClientEvents[T]>): () => void;
  status(): Status;
  /** Sends what was counted, and writes what is to be kept. Never rejects. */
  flush(): Promise<void>;
  /** Ends the connection, sends the last counts. May be called twice; evaluation goes on. */
  close(): Promise<void>;
}

/** How long the server has to say something newer than what was kept, before the client calls itself ready. */
const READY_PATIENCE_MS = 1_000;
const PAUSE_AFTER_MS = 5 * 60_000;
/** What tells the server of counts is loaded once the page has had its time. */
const FIRST_COUNTS_MS = 5_000;

export function startClient(options: ClientOptions, mode: Mode, askOf: (server: Server) => Ask): BrowserClient {
  const server = serverIn(options);
  const { key, logger = console, staleAfterMs, readyTimeoutMs } = options;
  const name = `bannerol:${murmur3(`${mode.evaluation} ${server.address} ${key}`, 0).toString(36)}`;
  const identity = { key, sdk: SDK, instance: "", evaluation: mode.evaluation };
  const stream = webSocketTransport(server);
  const otherWays: PageConnectionPorts["otherWays"] = (done) =>
    bring(
      () => import("./other-ways.ts"),
      ({ otherWaysTo }) => done(otherWaysTo(server)),
    );
  const ports = { clock, timers, random: Math.random, stream, otherWays };
  const listeners = createListeners<ClientEvents>((type, error) => {
    if (type !== "error")
      report({ code: "listener_failed", message: `A listener for "${type}" threw: ${reasonOf(error)}` });
  });

  let source: Source | undefined;
  let confirmedAt = clock.monotonic();
  let problem: ClientProblem | undefined;
  let told: Partial<Status> = { state: "connecting" };
  let becomeReady: (ready: Ready) => void;
  let isReady = false;
  const ready = new Promise<Ready>((resolve) => {
    becomeReady = resolve;
  });

  const exposures = createExposures();
  const bootstrap = options.bootstrap && knownFrom(options.bootstrap);
  const showing = createShowing(
    {
      mode,
      now: clock.now,
      count: exposures.count,
      ask: askOf(server),
      shown(keys, view) {
        if (view !== undefined && keys.length > 0) {
          listeners.emit("change", { epoch: view.epoch, revision: view.revision, keys });
        }
        if (outcomes.look()) void openEvents();
        keep();
        update();
      },
      failed: (reason) => report({ code: "fetch_failed", message: `The server did not evaluate: ${reason}` }),
    },
    options.context ?? {},
    bootstrap,
  );
  const outcomes = createOutcomeCalls({ mode, view: () => showing.table().view, context: showing.context });
  const rows = [outcomes.take];
  const inner: Inner = {
    ruleset: () => latest?.ruleset,
    outcomes: outcomes.loaded,
    tell: (takeRows) => void rows.push(takeRows),
  };
  const keeper =
    options.cache === false
      ? undefined
      : createKeeper(name, (reason) =>
          warn(`the last known flags cannot be kept (${reason}). Set cache to false where that is so.`),
        );

  /** A logger that throws is no reason for an outage. */
  function warn(message: string): void {
    try {
      logger.warn(`Bannerol: ${message}`);
    } catch {}
  }

  let latest: Held | undefined;
  const link = createLink({
    ports,
    identity,
    shareAs: options.shareTabs === false ? undefined : name,
    pauseAfterMs: options.pauseAfterMs ?? PAUSE_AFTER_MS,
    listener: {
      install(held) {
        latest = held;
        confirmed();
        showing.take(held.ruleset);
      },
      confirm() {
        confirmed();
        if (latest !== undefined) showing.take(latest.ruleset);
        update();
      },
      report(found) {
        problem = found;
        report(found);
      },
      settled() {
        if (link.standing().phase === "live") problem = undefined;
        update();
      },
      leaving() {
        keeper?.flush();
        void events?.flush();
      },
    },
  });

  function confirmed(): void {
    source = "server";
    confirmedAt = clock.monotonic();
  }

  function keep(): void {
    if (latest === undefined || source !== "server") return;
    const answered = showing.known();
    // Answers to all flags say of which state they are. Others, where it is an older one, would pass for answers of this one.
    const known = typeof mode.asks(latest.ruleset, answered) === "object" ? undefined : answered;
    keeper?.put({ held: latest, confirmedAt: clock.now() + confirmedAt - clock.monotonic(), known }, showing.context());
  }

  function report(found: ClientProblem): void {
    if (found.code === "key_refused" || found.code === "protocol_not_spoken") warn(found.message);
    listeners.emit("error", found);
  }

  function status(): Status {
    const { view } = showing.table();
    const { phase, rejected } = link.standing();
    const ageMs = source === undefined ? undefined : clock.monotonic() - confirmedAt;
    return {
      state: freshnessOf(phase, ageMs, staleAfterMs),
      source,
      epoch: view?.epoch,
      revision: view?.revision,
      ageMs,
      drops: exposures.dropped() + (events?.dropped() ?? 0),
      rejected,
      problem,
    };
  }

  function update(): void {
    if (source === "server" || link.standing().troubled) nowReady();
    const now = status();
    if (now.state === told.state && now.source === told.source) return;
    told = now;
    listeners.emit("status", now);
  }

  function nowReady(): void {
    if (isReady || source === undefined || showing.table().view === undefined) return;
    isReady = true;
    becomeReady({ source });
    listeners.emit("ready", { source });
  }

  let events: EventSender | undefined;
  let isDue = false;

  function asked(): void {
    if (isDue) return;
    isDue = true;
    // Some runtimes refuse timers at times. Who asks for a flag hears nothing of that.
    void openEvents(new Promise((go) => timers.set(FIRST_COUNTS_MS, go as () => void)));
  }

  async function openEvents(when?: Promise<unknown>): Promise<void> {
    if (events !== undefined || options.events === false) return;
    try {
      await when;
      const { openSender } = await import("./report.ts");
      if (events !== undefined) return;
      events = openSender({ server, identity, newId, take, report, watched: outcomes.look });
      events.start();
    } catch {
      // No network, or a place where nothing can be loaded late: they are counted on, and sent another time.
      isDue = false;
    }
  }

  function take() {
    settleTable(showing.table(), exposures.count);
    return { ...exposures.take(), rows: rows.flatMap((takeRows) => takeRows()) };
  }

  function begin(): void {
    // Unless another context was set already.
    if (showing.table().view !== undefined) source = "bootstrap";
    identity.instance = newId();
    const kept = keeper?.load(showing.context());
    latest = kept?.held;
    if (kept !== undefined && source === undefined) {
      source = "cache";
      confirmedAt = clock.monotonic() - Math.max(0, clock.now() - kept.confirmedAt);
      showing.take(kept.held.ruleset, kept.known);
    }
    link.start(latest);
    if (source === "bootstrap") nowReady();
    timers.set(READY_PATIENCE_MS, nowReady);
    if (readyTimeoutMs !== undefined) timers.set(readyTimeoutMs, () => becomeReady({ source: undefined }));
  }

  queueMicrotask(() => {
    try {
      begin();
    } catch (error) {
      // Where a module is loaded, some runtimes allow no chance, no timers, no requests. Nobody is to wait for what cannot come.
      problem = { code: "internal", message: `The SDK could not begin: ${error}` };
      warn(problem.message);
      report(problem);
      showing.close();
      becomeReady({ source });
    }
  });

  const client: BrowserClient & HasInner = {
    [INNER]: inner,
    ...flagsOf(showing.table, clock.now, exposures.count, asked),
    track: outcomes.track,
    measure: outcomes.measure,
    setContext: showing.setContext,
    get context() {
      return showing.context();
    },
    snapshot() {
      const table = showing.table();
      // Once another state is in force, nobody else settles this one.
      const settle = (): void => {
        asked();
        queueMicrotask(() => settleTable(table, exposures.count));
      };
      return { ...flagsOf(() => table, clock.now, exposures.count, settle), revision: table.view?.revision ?? 0 };
    },
    ready: () => ready,
    on: listeners.on,
    status,
    async flush() {
      keeper?.flush();
      await openEvents();
      await events?.flush();
    },
    async close() {
      link.close();
      showing.close();
      keeper?.flush();
      becomeReady({ source: undefined });
      await openEvents();
      await events?.close();
    },
  };
  return client;
}

function knownFrom(bootstrap: Bootstrap): Known {
  return { answers: { ...bootstrap, flags: new Map<string, Answer>(Object.entries(bootstrap.flags)) } };
}

/** Only to tell clients and batches apart. `randomUUID` is missing where a page came without encryption. */
function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
