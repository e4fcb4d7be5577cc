/**
 * Watches how fresh the client's state is, and says so: the status, when there is a state to work with, and what is
 * wrong with the feed.
 */
import type { Ruleset } from "@bannerol/core";
import type { FeedStanding } from "./feed.ts";
import type { Clock, Logger, Timers } from "./ports.ts";
import type { Source } from "./ruleset/store.ts";
import { type ClientProblem, freshnessOf, type Status } from "./status.ts";
import { warn } from "./warn.ts";

/** How long the server has to say something newer than what was kept, before the client calls itself ready. */
const READY_PATIENCE_MS = 1_000;

export interface MonitorOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly staleAfterMs: number | undefined;
  /** What the feed's own states are called: with one of them in hand there is nothing to wait for. */
  readonly feedSource: Source;
  readonly standing: () => FeedStanding;
  readonly ruleset: () => Ruleset | undefined;
  readonly ignoredCaches: () => number;
  readonly drops: () => number;
  readonly status: (status: Status) => void;
  readonly error: (problem: ClientProblem) => void;
  /** Called once. */
  readonly ready: (ready: { readonly source: Source }) => void;
}

export interface Monitor {
  readonly status: () => Status;
  /** The state in hand came from, or was confirmed by, `source`, `ageMs` ago. */
  readonly serves: (source: Source, ageMs: number) => void;
  /** The first try is under way. */
  readonly started: () => void;
  readonly report: (problem: ClientProblem) => void;
  /** Something may have changed. */
  readonly update: () => void;
  readonly close: () => void;
}

export function createMonitor(options: MonitorOptions): Monitor {
  const { clock, timers, staleAfterMs } = options;
  let source: Source | undefined;
  /** Monotonic; negative where the state is older than the process's clock. */
  let confirmedAt = 0;
  let told: Pick<Status, "state" | "source"> = { state: "connecting", source: undefined };
  let ready = false;
  let cancelStale: (() => void) | undefined;
  let cancelPatience: (() => void) | undefined;
  const warned = new Set<string>();

  const status = (): Status => {
    const ruleset = options.ruleset();
    const ageMs = source === undefined ? undefined : Math.max(0, clock.monotonic() - confirmedAt);
    const { phase, rejected, problem, transport } = options.standing();
    return {
      state: freshnessOf(phase, ageMs, staleAfterMs),
      source,
      transport,
      epoch: ruleset?.epoch,
      revision: ruleset?.revision,
      ageMs,
      drops: options.drops(),
      rejected,
      ignoredCaches: options.ignoredCaches(),
      problem,
    };
  };

  const update = (): void => {
    if (source === options.feedSource || options.standing().troubled) becomeReady();
    // Who hears that it is ready may close it.
    const now = status();
    if (now.state === told.state && now.source === told.source) return;
    told = now;
    options.status(now);
  };

  const becomeReady = (): void => {
    if (ready || source === undefined) return;
    ready = true;
    cancelPatience?.();
    options.ready({ source });
  };

  /** Growing stale is no event of the feed's. */
  const watchAge = (): void => {
    cancelStale?.();
    if (staleAfterMs === undefined) return;
    const left = confirmedAt + staleAfterMs - clock.monotonic();
    cancelStale = timers.set(Math.min(Math.max(left, 0) + 1, 2 ** 31 - 1), update);
  };

  return {
    status,
    update,
    serves(from, ageMs) {
      source = from;
      confirmedAt = clock.monotonic() - ageMs;
      watchAge();
    },
    started() {
      update();
      if (!ready) cancelPatience = timers.set(READY_PATIENCE_MS, becomeReady);
    },
    report(reported) {
      if (ofFile(reported) || (deservesWarning(reported, source) && !warned.has(reported.code))) {
        warned.add(reported.code);
        warn(options.logger, reported.message);
      }
      options.error(reported);
    },
    close() {
      cancelStale?.();
      cancelPatience?.();
      update();
    },
  };
}

/** A file's problem is reported once for each version of the file, and each time somebody has to mend it. */
function ofFile({ code }: ClientProblem): boolean {
  return code === "file_unreadable" || code === "file_invalid" || code === "file_flawed";
}

/** What nobody may be listening for, and somebody must know: serving defaults because of a wrong key, or no server. */
function deservesWarning({ code }: ClientProblem, source: Source | undefined): boolean {
  return code === "key_refused" || code === "protocol_not_spoken" || (code === "unreachable" && source === undefined);
}
