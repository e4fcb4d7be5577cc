/**
 * The client's half of the protocol for pages, written for size: it does what `connection/step.ts` with its driver does,
 * and is held to the same page, `packages/protocol/SPEC.md`, by the same tests. It has no calls to wait for a change, and
 * no long lists of keys.
 *
 *     main     the stream in use            asking and main     the ruleset is fetched, deltas are kept
 *     trial    a WebSocket tried beside     asking alone        polling
 *                                           neither             waiting for `notBefore`
 *
 * Whatever happens is handled in turn, and after it what has fallen due: `dues` names all that may. What a page needs whose
 * WebSocket works is here and in `hearing.ts`; all else is in `other-ways.ts`, which is loaded when it is needed.
 */
import { MIN_ACK_MS, WATCHDOG_MS } from "@bannerol/protocol";
import { type ConnectionIdentity, openWebSocket } from "../connection/line.ts";
import type { StreamEvent } from "../connection/state.ts";
import type { FeedStanding } from "../feed.ts";
import type { Ending } from "../ports.ts";
import { createHearing } from "./hearing.ts";
import { type Held, identityOf } from "./held.ts";
import {
  type Core,
  type Link,
  type Loss,
  NEVER,
  newLink,
  newMemory,
  type PageConnectionListener,
  type PageConnectionPorts,
  type Parts,
  pay,
} from "./memory.ts";
import type { OtherWays } from "./other-ways.ts";
import { describe } from "./problems.ts";
import { isRefusal, serverWaitMs } from "./waits.ts";

export interface PageConnection {
  readonly standing: () => Required<Pick<FeedStanding, "phase" | "troubled" | "rejected" | "transport">>;
  /** The last state that the server gave, or that the page had from elsewhere. */
  readonly held: () => Held | undefined;
  readonly start: (held: Held | undefined) => void;
  readonly close: () => void;
}

/** When something falls due, and what is to be done then. */
export type Due = readonly [at: number, fall: () => void];

const OPEN_TIMEOUT_MS = 15_000;
const TRIES = 3;

export function createPageConnection(
  ports: PageConnectionPorts,
  identity: ConnectionIdentity,
  listener: PageConnectionListener,
): PageConnection {
  const { clock, timers, random } = ports;
  const memory = newMemory();
  let started = false;
  let closed = false;
  let ways: OtherWays | undefined;
  /** What the other ways are brought for: of what came meanwhile, the newest. */
  let wanted: ((ways: OtherWays) => void) | undefined;
  let cancelBringing: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  const queue: (() => void)[] = [];

  const handle = (event: () => void): void => {
    queue.push(event);
    if (queue.length > 1) return;
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      next();
      act();
      queue.shift();
    }
    listener.settled();
  };

  /** What has fallen due, and a timer for what will. */
  const act = (): void => {
    for (;;) {
      const [at, fall] = dues().reduce((first, other) => (other[0] < first[0] ? other : first));
      const ms = Math.ceil(at - clock.monotonic());
      if (ms > 0) {
        cancelTimer?.();
        cancelTimer = at === NEVER ? undefined : timers.set(ms, () => handle(() => {}));
        return;
      }
      fall();
    }
  };

  const dues = (): Due[] => {
    const list: Due[] = [[NEVER, () => {}]];
    if (!started || closed) return list;
    const { main, trial, asking, held } = memory;
    for (const link of [main, trial]) {
      if (link === undefined) continue;
      const [at, reason] = link.isOpen
        ? [link.heardAt + WATCHDOG_MS, "Nothing was heard from it for 45 s."]
        : [link.steadySince + OPEN_TIMEOUT_MS, "It did not answer within 15 s."];
      list.push([at, () => lose(link, { reason }, { cut: true })], [link.rehelloAt, () => sayHello(link)]);
    }
    list.push(...(ways?.dues() ?? []));
    if (asking !== undefined) return list;
    if (main === undefined) list.push([memory.notBefore, connect]);
    else if (main.live && held !== undefined && main.acked !== held.ruleset.revision) {
      list.push([main.ackedAt + MIN_ACK_MS, () => acknowledge(main, held)]);
    }
    return list;
  };

  const attempt: Parts["attempt"] = (what, call) => {
    try {
      call();
    } catch (error) {
      listener.report({ code: "internal", message: `The SDK could not ${what}: ${error}` });
    }
  };

  const connect = (): void => {
    if (memory.transport === "websocket") {
      memory.main = newLink("websocket", clock.monotonic());
      open(memory.main);
    } else ways?.connect();
  };

  const open: Parts["open"] = (link, openLine = openWebSocket) => {
    const tell = (event: StreamEvent): void =>
      handle(() => {
        if (link === memory.main || link === memory.trial) hear(link, event);
      });
    attempt("open", () => {
      link.line = openLine({ ports, identity, tell });
    });
  };

  const lose = (link: Link, ending: Ending, { cut, inOrder, garbled }: Loss = {}): void => {
    const why = link.said === undefined ? ending : { status: link.said.status, ...ending, reason: link.said.reason };
    if (link === memory.main) {
      const { troubled } = memory;
      memory.main = undefined;
      ways?.giveUp();
      pay(core, serverWaitMs(why, random));
      if (!inOrder && !isRefusal(why)) countFailed(link);
      if (!inOrder) report(why, { troubled, garbled });
    } else ways?.loseTrial(why);
    if (cut) attempt("disconnect", () => link.line?.close());
  };

  const report: Parts["report"] = (...told) => {
    const problem = describe(...told);
    if (problem !== undefined) listener.report(problem);
  };

  const countFailed = ({ proven }: Link): void => {
    memory.failed = proven ? 0 : memory.failed + 1;
    if (memory.failed >= TRIES) others(({ takeNext }) => takeNext());
  };

  const others: Parts["others"] = (use) => {
    if (ways !== undefined) {
      use(ways);
      return;
    }
    const isBringing = wanted !== undefined;
    wanted = use;
    if (isBringing) return;
    let isNow = true;
    cancelBringing = ports.otherWays((openWays) => {
      const begin = (): void => {
        ways = openWays(core);
        wanted?.(ways);
      };
      if (isNow) begin();
      else handle(begin);
    });
    isNow = false;
  };

  const have = () => memory.held && identityOf(memory.held);
  const parts: Parts = { memory, ports, identity, listener, have, handle, attempt, open, lose, report, others };
  const { hear, sayHello, acknowledge, ...listening } = createHearing(parts);
  const core: Core = { ...parts, ...listening };

  return {
    held: () => memory.held,
    standing() {
      const { main, asking, troubled, rejected, transport } = memory;
      const isLive = main === undefined ? asking !== undefined && !troubled : main.confirmed;
      const isWaiting = started && main === undefined;
      const phase = closed ? "closed" : isLive ? "live" : troubled || isWaiting ? "offline" : "connecting";
      return { phase, troubled, rejected, transport };
    },
    start: (known) =>
      handle(() => {
        memory.held = known;
        started = true;
      }),
    close: () =>
      handle(() => {
        closed = true;
        cancelBringing?.();
        attempt("disconnect", () => {
          memory.asking?.cancel?.();
          memory.main?.line?.close();
          memory.trial?.line?.close();
        });
        memory.main = memory.trial = memory.asking = undefined;
      }),
  };
}
