/**
 * The client's half of the protocol for pages, written for size: it does what `connection/step.ts` with its driver does,
 * and is held to the same page, `packages/protocol/SPEC.md`, by the same simulation. It has no calls to wait for a change,
 * and no long lists of keys.
 *
 *     main     the stream in use            asking and main     the ruleset is fetched, deltas are kept
 *     trial    a WebSocket tried beside     asking alone        polling
 *                                           neither             waiting for `notBefore`
 *
 * Whatever happens is handled in turn, and after it what has fallen due: `dues` names all that may.
 */
import {
  HEARTBEAT_MS,
  MAX_RULESET_BYTES,
  MIN_ACK_MS,
  MIN_REHELLO_MS,
  POLL_MS,
  type ServerMessage,
  WATCHDOG_MS,
} from "@bannerol/protocol";
import type { ConnectionPorts } from "../connection/driver.ts";
import { endingOf } from "../connection/ending.ts";
import { askerOf, type ConnectionIdentity, type Line, type LineOptions, openWebSocket } from "../connection/line.ts";
import type { StreamEvent } from "../connection/state.ts";
import { type Transport, webSocketAgainAt } from "../connection/ways.ts";
import type { FeedListener, FeedStanding } from "../feed.ts";
import type { Ending, HttpAnswer } from "../ports.ts";
import { announced, type Held, identityOf, isSame, type Unfit, withBody, withDelta, withRuleset } from "./held.ts";
import { type Asking, keep, type Link, NEVER, newAsking, newLink, noteGap } from "./link.ts";
import { readMessage } from "./message.ts";
import { describe } from "./problems.ts";
import { isRefusal, LONGEST_SERVER_WAIT_MS, nextTryAt, serverWaitMs, type Waits } from "./waits.ts";

export type OpenEvents = (options: LineOptions, have: ReturnType<typeof identityOf> | undefined) => Line;

export interface PageConnectionPorts extends ConnectionPorts {
  /** Brings what opens a stream of Server-Sent Events; nothing where it cannot be brought now. */
  readonly events: (done: (open: OpenEvents | undefined) => void) => void;
}

export interface PageConnectionListener extends Pick<FeedListener, "confirm" | "report" | "settled"> {
  readonly install: (held: Held) => void;
}

export interface PageConnection {
  readonly standing: () => Required<Pick<FeedStanding, "phase" | "troubled" | "rejected" | "transport">>;
  /** The last state that the server gave, or that the page had from elsewhere. */
  readonly held: () => Held | undefined;
  readonly start: (held: Held | undefined) => void;
  readonly close: () => void;
  /** For tests. */
  readonly bounds: () => { readonly fetchedAt: number; readonly pendingSize: number };
}

interface Loss {
  /** The stream is still open. */
  readonly cut?: boolean;
  /** Nothing is wrong with the way, and nothing to report. */
  readonly inOrder?: boolean;
  readonly garbled?: boolean;
}

const OPEN_TIMEOUT_MS = 15_000;
const REHELLO_GAP_MS = MIN_REHELLO_MS + 500;
const STEADY_MS = 60_000;
const MIN_FETCH_GAP_MS = 5_000;
const TRIES = 3;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const FETCH = { limitBytes: MAX_RULESET_BYTES, idleTimeoutMs: 15_000, timeoutMs: 5 * 60_000 };

export function createPageConnection(
  ports: PageConnectionPorts,
  identity: ConnectionIdentity,
  listener: PageConnectionListener,
): PageConnection {
  const { clock, timers, random, http } = ports;
  const waits: Waits = { failures: 0, notBefore: -NEVER, troubled: false };
  let transport: Transport = "websocket";
  /** Streams by this way that failed, one after the other. */
  let failed = 0;
  let webSocketAt = NEVER;
  let held: Held | undefined;
  let etag: { readonly value: string; readonly of: Held } | undefined;
  let fetchedAt = -NEVER;
  let rejected = 0;
  let main: Link | undefined;
  let trial: Link | undefined;
  let asking: Asking | undefined;
  let started = false;
  let closed = false;
  let cancelTimer: (() => void) | undefined;
  const queue: (() => void)[] = [];

  const now = (): number => clock.monotonic();
  const have = () => held && identityOf(held);

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
      const ms = Math.ceil(at - now());
      if (ms > 0) {
        cancelTimer?.();
        cancelTimer = at === NEVER ? undefined : timers.set(Math.min(ms, LONGEST_TIMER_MS), () => handle(() => {}));
        return;
      }
      fall();
    }
  };

  const dues = (): (readonly [at: number, fall: () => void])[] => {
    const list: (readonly [number, () => void])[] = [[NEVER, () => {}]];
    if (!started || closed) return list;
    for (const link of [main, trial]) {
      if (link === undefined) continue;
      const [at, reason] = link.isOpen
        ? [link.heardAt + WATCHDOG_MS, "Nothing was heard from it for 45 s."]
        : [link.steadySince + OPEN_TIMEOUT_MS, "It did not answer within 15 s."];
      list.push([at, () => lose(link, { reason }, { cut: true })]);
      list.push([link.rehelloAt, () => sayHello(link)]);
    }
    if (asking !== undefined) {
      if (asking.cancel === undefined) list.push([asking.at, ask]);
    } else if (main === undefined) list.push([waits.notBefore, connect]);
    if (transport !== "websocket" && trial === undefined && (main === undefined ? asking : main.confirmed)) {
      list.push([Math.max(webSocketAt, waits.notBefore), () => open("websocket", true)]);
    }
    if (main?.live && asking === undefined && held !== undefined && main.acked !== held.ruleset.revision) {
      list.push([main.ackedAt + MIN_ACK_MS, acknowledge]);
    }
    return list;
  };

  /** A port that throws fails its call alone: the watchdog finds what is amiss. */
  const attempt = (what: string, call: () => void): void => {
    try {
      call();
    } catch (error) {
      listener.report({ code: "internal", message: `The SDK could not ${what}: ${error}` });
    }
  };

  const connect = (): void => {
    if (transport === "polling") askAt(Math.max(now(), waits.notBefore, fetchedAt + MIN_FETCH_GAP_MS));
    else open(transport);
  };

  const open = (by: "websocket" | "sse", isTrial = false): void => {
    const link = newLink(by, now());
    const isCurrent = () => link === main || link === trial;
    const tell = (event: StreamEvent): void => handle(() => isCurrent() && hear(link, event));
    if (isTrial) trial = link;
    else main = link;
    attempt("open", () => {
      const options = { ports, identity, tell };
      if (by === "websocket") link.line = openWebSocket(options);
      else {
        const state = have();
        ports.events((openEvents) => {
          if (openEvents === undefined)
            tell({ type: "closed", ending: { reason: "What reads events cannot be loaded." } });
          else if (isCurrent()) link.line = openEvents(options, state);
        });
      }
    });
  };

  const hear = (link: Link, event: StreamEvent): void => {
    if (event.type === "closed") lose(link, event.ending);
    else if (event.type === "opened") {
      link.isOpen = true;
      link.steadySince = link.heardAt = link.helloAt = now();
      if (link.transport !== "sse") attempt("hello", () => link.line?.hello(have(), true));
    } else if (!link.isOpen) return;
    else if (event.type === "ackFailed") {
      link.acked = undefined;
      link.ackedAt = now() + HEARTBEAT_MS - MIN_ACK_MS;
    } else {
      // A poll that a trial puts an end to is a try like one that failed.
      const isGivenUp = link === trial && asking?.cancel !== undefined;
      receive(link, event.text);
      if (isGivenUp && link === main) pay();
    }
  };

  const receive = (link: Link, text: string): void => {
    const message = readMessage(text);
    if (message === undefined) {
      lose(link, { reason: "The server sent what cannot be read." }, { cut: true, garbled: true });
      return;
    }
    link.heardAt = now();
    if (message.type !== undefined) take(link, message, text.length);
  };

  const take = (link: Link, message: ServerMessage, size: number): void => {
    const fetching = link === main ? asking : undefined;
    switch (message.type) {
      case "snapshot": {
        const next = announced(withRuleset(held, message.ruleset), message.checksum);
        if (next === "unreadable") {
          lose(link, { reason: "A ruleset belied its checksum." }, { cut: true, garbled: true });
        } else if (typeof next === "object") {
          if (fetching?.cancel !== undefined) {
            fetching.cancel();
            pay();
          }
          catchUp(link, next, fetching);
        } else if (fetching === undefined) reject(link);
        return;
      }
      case "delta": {
        if (fetching !== undefined) {
          keep(fetching, message, size);
          return;
        }
        const next = withDelta(held, message);
        if (typeof next === "object") becomeLive(link, next);
        else if (next === "misfit") {
          // While a hello is out, its answer decides.
          if (link.live) reject(link);
          else rejected++;
        }
        return;
      }
      case "current": {
        if (fetching !== undefined) return;
        if (held !== undefined && isSame(identityOf(held), message)) becomeLive(link, held);
        else reject(link);
        return;
      }
      case "fetch": {
        if (fetching !== undefined) {
          noteGap(fetching);
          return;
        }
        promote(link);
        const spread = random() * Math.min(message.afterMs, LONGEST_SERVER_WAIT_MS);
        link.rehelloAt = NEVER;
        link.live = false;
        askAt(Math.max(now() + spread, fetchedAt + MIN_FETCH_GAP_MS, waits.notBefore));
        return;
      }
      case "goodbye": {
        const [min, max] = message.afterMs;
        lose(link, { reason: "", retryAfterMs: min + random() * (max - min) }, { cut: true, inOrder: true });
        return;
      }
      case "problem":
        link.said = { reason: message.detail ?? message.title, status: message.status };
    }
  };

  /** The trial brought a state: it takes the place of what went on. */
  const promote = (link: Link): void => {
    if (link !== trial) return;
    asking?.cancel?.();
    asking = undefined;
    main?.line?.close();
    main = link;
    trial = undefined;
    transport = "websocket";
    failed = 0;
    webSocketAt = NEVER;
  };

  /** `next` is the server's state now: serve what is new of it, and listen on. Where it is incomplete, say hello. */
  const becomeLive = (link: Link, next: Held, complete = true): void => {
    promote(link);
    asking = undefined;
    const isSteady = now() - link.steadySince >= STEADY_MS;
    if (next.ruleset.epoch !== held?.ruleset.epoch) link.acked = undefined;
    link.confirmed = link.live = true;
    link.proven ||= isSteady;
    link.rehelloAt = NEVER;
    if (isSteady) waits.failures = 0;
    serve(next);
    if (!complete) resync(link);
  };

  const serve = (next: Held): void => {
    const before = held?.ruleset;
    held = next;
    waits.troubled = false;
    attempt("serve it", () => (next.ruleset === before ? listener.confirm() : listener.install(next)));
  };

  const catchUp = (link: Link, whole: Held, fetching: Asking | undefined): void => {
    let latest = whole;
    let complete = fetching?.incomplete !== true;
    for (const delta of fetching?.pending ?? []) {
      const next = withDelta(latest, delta);
      if (typeof next === "object") latest = next;
      else if (next !== "covered") {
        complete = false;
        break;
      }
    }
    becomeLive(link, latest, complete);
  };

  /** Something did not fit: hello again, or, by Server-Sent Events, another stream. */
  const resync = (link: Link): void => {
    if (link.transport === "sse") {
      lose(link, { reason: "" }, { cut: true, inOrder: true });
      return;
    }
    link.live = false;
    link.rehelloAt = link.helloAt + REHELLO_GAP_MS;
  };

  const reject = (link: Link): void => {
    rejected++;
    resync(link);
  };

  const sayHello = (link: Link): void => {
    link.helloAt = now();
    link.rehelloAt = NEVER;
    attempt("hello", () => link.line?.hello(have(), false));
  };

  const acknowledge = (): void => {
    const { epoch, revision } = held?.ruleset ?? { epoch: "", revision: 0 };
    if (main === undefined) return;
    main.acked = revision;
    main.ackedAt = now();
    attempt("ack", () => main?.line?.acknowledge({ epoch, revision }));
  };

  /** One try more has failed. */
  const pay = (serverWait?: number): void => {
    waits.notBefore = nextTryAt(waits, ports, serverWait);
    waits.failures++;
    waits.troubled = true;
  };

  const lose = (link: Link, ending: Ending, { cut, inOrder, garbled }: Loss = {}): void => {
    const why = link.said === undefined ? ending : { status: link.said.status, ...ending, reason: link.said.reason };
    const { troubled } = waits;
    if (link === trial) {
      // What the server asked of the trial is not asked of the way that works.
      const asked = nextTryAt(waits, ports, serverWaitMs(why, random));
      trial = undefined;
      webSocketAt = Math.max(webSocketAgainAt({ now: now(), random }), asked);
      pay();
      waits.troubled = troubled;
      if (main === undefined && asking !== undefined) asking.at = Math.max(asking.at, waits.notBefore);
    } else {
      main = undefined;
      if (asking?.cancel !== undefined) {
        asking.cancel();
        pay();
      }
      asking = undefined;
      pay(serverWaitMs(why, random));
      if (!inOrder && !isRefusal(why)) countFailed(link);
      if (!inOrder) report(why, { troubled, garbled });
    }
    if (cut) attempt("disconnect", () => link.line?.close());
  };

  const report = (...told: Parameters<typeof describe>): void => {
    const problem = describe(...told);
    if (problem !== undefined) listener.report(problem);
  };

  const countFailed = ({ proven }: Link): void => {
    failed = proven ? 0 : failed + 1;
    if (failed < TRIES) return;
    failed = 0;
    if (transport === "websocket") webSocketAt = webSocketAgainAt({ now: now(), random });
    transport = transport === "websocket" ? "sse" : "polling";
  };

  const askAt = (at: number): void => {
    asking = newAsking(at);
  };

  const ask = (): void => {
    const mine = asking;
    if (mine === undefined) return;
    const known = mine.whole ? undefined : held;
    const { epoch, revision } = known?.ruleset ?? {};
    const since = known === undefined ? "" : `since=${revision}&epoch=${encodeURIComponent(`${epoch}`)}&`;
    const tag = known !== undefined && etag !== undefined && isSame(identityOf(etag.of), identityOf(known));
    const headers = tag && etag !== undefined ? { "if-none-match": etag.value } : {};
    mine.cancel = () => {};
    attempt("fetch", () => {
      const request = { path: `/sdk/v1/ruleset?${since}${askerOf(identity)}`, headers, ...FETCH };
      mine.cancel = http.get(request, (answer) => handle(() => mine === asking && takeAnswer(mine, answer)));
    });
  };

  const takeAnswer = (mine: Asking, answer: HttpAnswer): void => {
    mine.cancel = undefined;
    if (!answer.ok) {
      failAsking(mine, answer);
      return;
    }
    const { status, headers, body } = answer;
    if (status !== 200 && status !== 304) {
      failAsking(mine, endingOf(answer));
      return;
    }
    const next: Held | Unfit = status === 200 ? withBody(held, body) : (held ?? "unreadable");
    if (typeof next !== "object") {
      if (next !== "unreadable") mine.whole = next === "misfit";
      failAsking(mine, { reason: "The answer does not continue the state in hand." });
      return;
    }
    fetchedAt = now();
    const value = headers.get("etag");
    if (status === 200) etag = value === undefined ? undefined : { value, of: next };
    if (main !== undefined) {
      catchUp(main, next, mine);
      return;
    }
    // The server was away, so that no stream worked is no sign that none will.
    if (mine.failed) webSocketAt = fetchedAt;
    const [, seconds] = /\bmax-age=(\d{1,9})\b/.exec(headers.get("cache-control") ?? "") ?? [];
    const every = seconds === undefined ? POLL_MS : Number(seconds) * 1_000;
    const spread = Math.min(every, LONGEST_SERVER_WAIT_MS) * (0.8 + 0.4 * random());
    askAt(fetchedAt + Math.max(spread, MIN_FETCH_GAP_MS));
    serve(next);
  };

  const failAsking = (mine: Asking, ending: Ending): void => {
    const { troubled } = waits;
    if (main === undefined) {
      pay(serverWaitMs(ending, random));
      mine.failed = true;
      report(ending, { troubled });
    } else {
      if (isRefusal(ending)) {
        lose(main, ending, { cut: true });
        return;
      }
      pay(ending.retryAfterMs);
      main.steadySince = now();
      const message = `The ruleset could not be fetched: ${ending.reason} Tries go on.`;
      if (!troubled) listener.report({ code: "fetch_failed", message });
    }
    mine.at = waits.notBefore;
  };

  return {
    held: () => held,
    standing() {
      const isLive = main === undefined ? asking !== undefined && !waits.troubled : main.confirmed;
      const isWaiting = started && main === undefined;
      const phase = closed ? "closed" : isLive ? "live" : waits.troubled || isWaiting ? "offline" : "connecting";
      return { phase, troubled: waits.troubled, rejected, transport };
    },
    start: (known) =>
      handle(() => {
        held = known;
        started = true;
      }),
    close: () =>
      handle(() => {
        closed = true;
        asking?.cancel?.();
        main?.line?.close();
        trial?.line?.close();
        main = trial = asking = undefined;
      }),
    bounds: () => ({ fetchedAt, pendingSize: asking?.pendingSize ?? 0 }),
  };
}
