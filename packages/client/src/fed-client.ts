/**
 * The client that every SDK gives to applications: evaluation on the state in hand, and what keeps that state fresh.
 *
 *     storage ─► keeper ──┐                    ┌─► holder ◄── evaluation calls ◄── hooks
 *     bootstrap ──────────┼─► ruleset in force ┼─► keeper
 *     server, file ─► feed┘                    └─► waiters, listeners
 *
 * It has no transport, clock or storage of its own. It decides nothing about flags: core does.
 */
import type { CompiledRuleset, KeyLists, Ruleset } from "@bannerol/core";
import type { Evaluation } from "./evaluation/evaluation.ts";
import { createEvaluator } from "./evaluation/evaluator.ts";
import type { EventRow } from "./events/batches.ts";
import type { OpenEvents } from "./events/sender.ts";
import { createExposureCounter, type ExposureCounts } from "./exposures.ts";
import type { OpenFeed } from "./feed.ts";
import type { Hook } from "./hooks/hook.ts";
import { hookedEvaluation } from "./hooks/hooked.ts";
import { createHooks } from "./hooks/registry.ts";
import { createListeners, type Listener } from "./listeners.ts";
import { createMonitor } from "./monitor.ts";
import type { Clock, Logger, Timers } from "./ports.ts";
import type { Kept } from "./ruleset/cache.ts";
import type { Keeper } from "./ruleset/keeper.ts";
import { type Holder, install, type RulesetChange, type Source } from "./ruleset/store.ts";
import type { ClientProblem, Status } from "./status.ts";
import { reasonOf } from "./tell.ts";
import { createWaiters, type Ready } from "./waiting.ts";
import { within } from "./within.ts";

export interface ClientEvents {
  /** Once: there is a state to work with. */
  readonly ready: Ready;
  /** Another revision is served from now on. */
  readonly change: RulesetChange;
  /** The status has another `state` or `source`. */
  readonly status: Status;
  readonly error: ClientProblem;
}

export interface FlagClient extends Evaluation {
  /**
   * Resolves when there is a state to work with, and says where it came from. With a kept ruleset or a bootstrap the
   * server is given a second, or until the first try has failed. With neither it waits for the server; what happens at
   * `readyTimeoutMs` is `onReadyTimeout`'s to say. Keeps the process alive while it is pending.
   */
  ready(): Promise<Ready>;
  /**
   * Resolves once the client has a change, be it one that this key's flags do not show: read your own write. `revision` is
   * what the change's answer gave, one of the project. The answer is the newest that the client is known to have. Rejects
   * with `RevisionTimeoutError` after `timeoutMs` milliseconds (default: never), and with `ClientClosedError` at `close()`.
   * A change that shows nothing takes up to a heartbeat, 15 s, more by polling, where it is not told at once.
   */
  atLeast(revision: number, options?: { readonly timeoutMs?: number }): Promise<number>;
  /** Calls `fn` at each such event; the answer unsubscribes. A listener that throws harms nobody. */
  on<T extends keyof ClientEvents>(type: T, fn: Listener<ClientEvents[T]>): () => void;
  /**
   * Has `hook` run at every evaluation, also on snapshots, handles and bound clients, but for `evaluateAll` and
   * `explain`; the answer removes it. A hook that throws harms nobody.
   */
  use(hook: Hook): () => void;
  /** Tells the listeners of `error`: for what stands around the client, such as middleware. */
  report(problem: ClientProblem): void;
  status(): Status;
  /** All that was asked for since the client was made: sums that only grow, whether or not the server has them. */
  exposures(): ExposureCounts;
  /**
   * Writes what is under way, and sends what was counted and not yet sent. Resolves once that is done, or a try has
   * failed; at once for counts that wait after a failure, which are sent again by themselves. Never rejects. Keeps the
   * process alive while it is pending.
   */
  flush(): Promise<void>;
  /**
   * Ends the connection, keeps the last state and sends the last counts, within two seconds. May be called twice;
   * evaluation goes on.
   */
  close(): Promise<void>;
}

export interface FedClientOptions {
  readonly ports: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly logger: Logger;
  };
  /** What the feed's states are called. */
  readonly source: Source;
  /** What hooks are told that this client is called. */
  readonly name?: string;
  /** Keeps the state from one process to the next. */
  readonly keeper?: Keeper | undefined;
  /** Tells of outcomes what is to be sent with counts. */
  readonly reporting?: Reporting | undefined;
  /** Tells a server what was counted. Unless given, nobody is told. */
  readonly openEvents?: OpenEvents | undefined;
  readonly bootstrap?: Ruleset;
  /** An age above which the status is `stale`. Unless set, it never is. */
  readonly staleAfterMs?: number;
  /** How long `ready()` waits, from the client's start. Unless set: for ever. */
  readonly readyTimeoutMs?: number;
  /** At `readyTimeoutMs`, `ready()` resolves without a source (`continue`, the default) or rejects. */
  readonly onReadyTimeout?: "continue" | "reject";
}

/** What stands beside the client and has something to send. */
export interface Reporting {
  /** Called once: where the state in force is to be had. */
  readonly attach: (ruleset: () => CompiledRuleset | undefined) => void;
  readonly take: () => readonly EventRow[];
  /** Whether somebody waits for what it tells. */
  readonly watched: () => boolean;
  readonly dropped: () => number;
}

const CLOSE_LIMIT_MS = 2_000;

/** What there is to say of a state beside where it came from. */
interface Served {
  readonly lists?: KeyLists | undefined;
  readonly ageMs?: number;
}

/** A client of whatever `openFeed` brings. */
export function createFedClient(openFeed: OpenFeed, options: FedClientOptions): FlagClient {
  const { clock, timers, logger } = options.ports;
  const { keeper, reporting } = options;
  const holder: Holder = { installed: undefined, turn: 0 };
  const counter = createExposureCounter();
  const listeners = createListeners<ClientEvents>(listenerFailed);
  const waiters = createWaiters({
    clock,
    timers,
    want: (revision) => feed.want?.(revision),
    readyTimeoutMs: options.readyTimeoutMs,
    onReadyTimeout: options.onReadyTimeout ?? "continue",
  });
  const hooks = createHooks(options.name, (problem) => listeners.emit("error", problem));
  const feed = openFeed({
    install: (ruleset, lists) => serve(ruleset, options.source, { lists }),
    confirm: () => confirmed(),
    report: (problem) => monitor.report(problem),
    settled: () => settled(),
  });
  const monitor = createMonitor({
    clock,
    timers,
    logger,
    staleAfterMs: options.staleAfterMs,
    feedSource: options.source,
    standing: feed.standing,
    ruleset: () => holder.installed?.compiled.ruleset,
    ignoredCaches: () => keeper?.ignored() ?? 0,
    drops: () => counter.dropped() + (events?.dropped() ?? 0) + (reporting?.dropped() ?? 0),
    status: (status) => listeners.emit("status", status),
    error: (problem) => listeners.emit("error", problem),
    ready(ready) {
      waiters.becameReady(ready.source);
      listeners.emit("ready", ready);
    },
  });
  reporting?.attach(() => holder.installed?.compiled);
  const events = options.openEvents?.({
    take: () => (reporting === undefined ? counter.take() : { ...counter.take(), rows: reporting.take() }),
    report: (problem) => monitor.report(problem),
    ...(reporting !== undefined && { watched: reporting.watched }),
  });
  let closing: Promise<void> | undefined;

  function listenerFailed(type: keyof ClientEvents, error: unknown): void {
    // An error listener that throws has had its chance to hear of it.
    if (type === "error") return;
    listeners.emit("error", { code: "listener_failed", message: `A listener for "${type}" threw: ${reasonOf(error)}` });
  }

  function serve(ruleset: Ruleset, source: Source, { lists, ageMs = 0 }: Served = {}): void {
    counter.drain();
    const change = install(holder, ruleset, lists);
    monitor.serves(source, ageMs);
    if (source === options.source) keeper?.put(ruleset, lists);
    waiters.reached(ruleset.revision);
    events?.hurry();
    if (change !== undefined) listeners.emit("change", change);
  }

  function settled(): void {
    monitor.update();
    const { upTo } = feed.standing();
    if (upTo !== undefined) waiters.reached(upTo);
  }

  function confirmed(): void {
    const { installed } = holder;
    monitor.serves(options.source, 0);
    if (installed !== undefined) keeper?.put(installed.compiled.ruleset, installed.lists);
  }

  /** What was kept is served unless the bootstrap is as new. */
  function serveKept({ ruleset, confirmedAt, lists }: Kept): void {
    const have = holder.installed?.compiled.ruleset;
    if (have?.epoch === ruleset.epoch && have.revision >= ruleset.revision) return;
    serve(ruleset, "cache", { lists, ageMs: Math.max(0, clock.now() - confirmedAt) });
  }

  async function start(): Promise<void> {
    const kept = keeper && (await keeper.load());
    if (closing !== undefined) return;
    if (kept !== undefined) serveKept(kept);
    feed.start(holder.installed?.compiled.ruleset, holder.installed?.lists);
    monitor.started();
    events?.start();
  }

  async function flush(): Promise<void> {
    const release = timers.hold();
    await Promise.all([keeper?.settled(), events?.flush()]);
    release();
  }

  async function end(): Promise<void> {
    const release = timers.hold();
    feed.close();
    monitor.close();
    waiters.close();
    await within(CLOSE_LIMIT_MS, timers, Promise.all([keeper?.close(), events?.close()]));
    events?.stop();
    release();
  }

  if (options.bootstrap !== undefined) serve(options.bootstrap, "bootstrap");
  void start();

  return {
    ...hookedEvaluation(createEvaluator({ holder, counter, clock }), hooks),
    ready: waiters.ready,
    atLeast: waiters.atLeast,
    on: listeners.on,
    use: hooks.use,
    report: (problem) => listeners.emit("error", problem),
    status: monitor.status,
    exposures: counter.counts,
    flush,
    close() {
      closing ??= end();
      return closing;
    },
  };
}
