/**
 * A feed whose rulesets come with the lists of keys that they name: performs what the gate returns.
 *
 *     feed ─► install ─► gate ─► serve ─► listener          status: not `live` while a ruleset waits
 *                         └► fetch ─► HTTP ─► gate
 */
import type { FeedListener, FeedStanding, OpenFeed } from "../feed.ts";
import type { Random } from "../ports.ts";
import { emptyGate, type GateEffect, type GateEvent, gateAlarm, stepGate } from "./gate.ts";
import { getList, type ListPorts } from "./get-list.ts";

export interface ListedFeedOptions {
  readonly ports: ListPorts & { readonly random: Random };
  /** A longer list is given up. */
  readonly limitBytes: number;
}

/** `open` is told, by `served`, when a ruleset that it installed is served. */
export function listedFeed(
  open: (listener: FeedListener, isServed: () => boolean) => ReturnType<OpenFeed> & { readonly served: () => void },
  { ports, limitBytes }: ListedFeedOptions,
): OpenFeed {
  return (listener) => {
    let gate = emptyGate;
    let problem: FeedStanding["problem"];
    let cancelFetch: (() => void) | undefined;
    let cancelTimer: (() => void) | undefined;
    const waiting: GateEvent[] = [];
    let handling = false;

    const handle = (event: GateEvent): void => {
      waiting.push(event);
      if (handling) return;
      handling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { state, effects } = stepGate(gate, next, { now: ports.clock.monotonic(), random: ports.random });
        gate = state;
        effects.forEach(perform);
      }
      handling = false;
      setTimer();
    };

    const setTimer = (): void => {
      cancelTimer?.();
      const at = gateAlarm(gate);
      const ms = at === undefined ? undefined : Math.max(1, Math.ceil(at - ports.clock.monotonic()));
      cancelTimer = ms === undefined ? undefined : ports.timers.set(ms, () => handle({ type: "timer" }));
    };

    const perform = (effect: GateEffect): void => {
      switch (effect.type) {
        case "fetch":
          cancelFetch = getList(ports, effect, { limitBytes, done: settle });
          break;
        case "cancel":
          cancelFetch?.();
          break;
        case "serve":
          problem = undefined;
          listener.install(effect.ruleset, effect.lists);
          feed.served();
          listener.settled();
          break;
        case "report":
          problem = effect.problem;
          listener.report(effect.problem);
          listener.settled();
      }
    };

    const settle = (outcome: GateEvent): void => {
      handle(outcome);
      listener.settled();
    };

    const isServed = (): boolean => gate.pending === undefined;
    const feed = open(
      {
        install: (ruleset) => handle({ type: "install", ruleset }),
        confirm: () => (isServed() ? listener.confirm() : undefined),
        report: listener.report,
        settled: listener.settled,
      },
      isServed,
    );

    return {
      standing: () => (isServed() ? feed.standing() : waitingFor(feed.standing(), problem)),
      start(have, lists) {
        handle({ type: "start", ruleset: have, lists });
        feed.start(have);
      },
      want: (revision) => feed.want?.(revision),
      close() {
        handle({ type: "close" });
        feed.close();
      },
    };
  };
}

/** The server's newest state is known, and not served. */
function waitingFor({ upTo: _, ...standing }: FeedStanding, problem: FeedStanding["problem"]): FeedStanding {
  const phase = standing.phase === "live" ? (problem === undefined ? "connecting" : "offline") : standing.phase;
  return {
    ...standing,
    phase,
    troubled: standing.troubled || problem !== undefined,
    problem: standing.problem ?? problem,
  };
}
