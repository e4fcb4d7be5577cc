/**
 * What a page's connection needs where a WebSocket is not enough: requests for the ruleset, which a large one is brought by,
 * Server-Sent Events, polling, and the trial of a WebSocket beside these.
 */
import { type DeltaMessage, MAX_PENDING_DELTA_BYTES, MAX_RULESET_BYTES, POLL_MS } from "@bannerol/protocol";
import { endingOf } from "../connection/ending.ts";
import { openEvents } from "../connection/events-line.ts";
import { askerOf } from "../connection/line.ts";
import { webSocketAgainAt } from "../connection/ways.ts";
import type { Ending, HttpAnswer, HttpTransport } from "../ports.ts";
import { withBody } from "./body.ts";
import type { Due } from "./connection.ts";
import { type Held, identityOf, isSame, type Unfit, withDelta } from "./held.ts";
import { type Asking, type Core, type Link, NEVER, newLink, pay } from "./memory.ts";
import { isRefusal, LONGEST_SERVER_WAIT_MS, nextTryAt, serverWaitMs } from "./waits.ts";

export interface OtherWays {
  readonly dues: () => readonly Due[];
  /** Takes the way in use, where that is no WebSocket. */
  readonly connect: () => void;
  /** Streams by the way in use have failed: takes the next. */
  readonly takeNext: () => void;
  /** The server said on a stream that the ruleset is to be fetched. */
  readonly fetch: (link: Link, afterMs: number) => void;
  /** What it says while it is: a delta, and what it made of a snapshot. */
  readonly keep: (delta: DeltaMessage, size: number) => void;
  readonly snapshot: (link: Link, next: Held | Unfit) => void;
  /** The stream was lost: what is asked for on it is no longer wanted. */
  readonly giveUp: () => void;
  readonly hearTrial: (link: Link, receive: () => void) => void;
  /** The trial brought a state: it takes the place of what went on. */
  readonly promote: (link: Link) => void;
  readonly loseTrial: (why: Ending) => void;
  /** For tests. */
  readonly bounds: () => { readonly fetchedAt: number; readonly pendingSize: number };
}

const TRIES = 3;
const MIN_FETCH_GAP_MS = 5_000;
const FETCH = { limitBytes: MAX_RULESET_BYTES, idleTimeoutMs: 15_000, timeoutMs: 5 * 60_000 };

export function openOtherWays(core: Core, http: HttpTransport): OtherWays {
  const { memory, ports, identity, listener } = core;
  const { random } = ports;
  let webSocketAt = NEVER;
  let etag: { readonly value: string; readonly of: Held } | undefined;
  let fetchedAt = -NEVER;

  const now = (): number => ports.clock.monotonic();
  const later = (): number => webSocketAgainAt({ now: now(), random });

  const askAt = (at: number): void => {
    memory.asking = { at, cancel: undefined, pending: [], pendingSize: 0 };
  };

  const noteGap = (asking: Asking): void => {
    // A request that has not left yet will bring whatever is announced before it leaves.
    asking.incomplete ||= asking.cancel !== undefined;
    asking.pending = [];
    asking.pendingSize = 0;
  };

  const openTrial = (): void => {
    memory.trial = newLink("websocket", now());
    core.open(memory.trial);
  };

  const ask = (mine: Asking): void => {
    const known = mine.whole ? undefined : memory.held;
    const { epoch, revision } = known?.ruleset ?? {};
    const since = known === undefined ? "" : `since=${revision}&epoch=${encodeURIComponent(`${epoch}`)}&`;
    const tag = known !== undefined && etag !== undefined && isSame(identityOf(etag.of), identityOf(known));
    const headers = tag && etag !== undefined ? { "if-none-match": etag.value } : {};
    mine.cancel = () => {};
    core.attempt("fetch", () => {
      const request = { path: `/sdk/v1/ruleset?${since}${askerOf(identity)}`, headers, ...FETCH };
      mine.cancel = http.get(request, (answer) =>
        core.handle(() => mine === memory.asking && takeAnswer(mine, answer)),
      );
    });
  };

  const takeAnswer = (mine: Asking, answer: HttpAnswer): void => {
    mine.cancel = undefined;
    if (!answer.ok) {
      fail(mine, answer);
      return;
    }
    const { status, headers, body } = answer;
    if (status !== 200 && status !== 304) {
      fail(mine, endingOf(answer));
      return;
    }
    const { held, main } = memory;
    const next: Held | Unfit = status === 200 ? withBody(held, body) : (held ?? "unreadable");
    if (typeof next !== "object") {
      if (next !== "unreadable") mine.whole = next === "misfit";
      fail(mine, { reason: "The answer does not continue the state in hand." });
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
    core.serve(next);
  };

  const fail = (mine: Asking, ending: Ending): void => {
    const { main, troubled } = memory;
    if (main === undefined) {
      pay(core, serverWaitMs(ending, random));
      mine.failed = true;
      core.report(ending, { troubled });
    } else if (isRefusal(ending)) {
      core.lose(main, ending, { cut: true });
      return;
    } else {
      pay(core, ending.retryAfterMs);
      main.steadySince = now();
      const message = `The ruleset could not be fetched: ${ending.reason} Tries go on.`;
      if (!troubled) listener.report({ code: "fetch_failed", message });
    }
    mine.at = memory.notBefore;
  };

  /** A whole state, and then what was kept of deltas meanwhile. */
  const catchUp = (link: Link, whole: Held, { pending, incomplete = false }: Asking): void => {
    let latest = whole;
    let isWhole = !incomplete;
    for (const delta of pending) {
      const next = withDelta(latest, delta);
      if (typeof next === "object") latest = next;
      else if (next !== "covered") {
        isWhole = false;
        break;
      }
    }
    core.becomeLive(link, latest, isWhole);
  };

  const dropRequest = (): void => {
    const cancel = memory.asking?.cancel;
    if (cancel === undefined) return;
    cancel();
    pay(core);
  };

  return {
    dues() {
      const { asking, main, trial, notBefore, transport } = memory;
      const list: Due[] = [];
      if (asking !== undefined && asking.cancel === undefined) list.push([asking.at, () => ask(asking)]);
      if (transport !== "websocket" && trial === undefined && (main === undefined ? asking : main.confirmed)) {
        list.push([Math.max(webSocketAt, notBefore), openTrial]);
      }
      return list;
    },
    connect() {
      if (memory.transport === "polling") askAt(Math.max(now(), memory.notBefore, fetchedAt + MIN_FETCH_GAP_MS));
      else {
        memory.main = newLink("sse", now());
        core.open(memory.main, ({ identity: who, tell }) =>
          openEvents({ ports: { http }, identity: who, tell }, core.have()),
        );
      }
    },
    takeNext() {
      // While this was loaded, more streams may have failed, or one may have worked.
      if (memory.failed < TRIES) return;
      memory.failed = 0;
      if (memory.transport === "websocket") webSocketAt = later();
      memory.transport = memory.transport === "websocket" ? "sse" : "polling";
    },
    fetch(link, afterMs) {
      if (link === memory.main && memory.asking !== undefined) {
        noteGap(memory.asking);
        return;
      }
      if (link === memory.trial) promote();
      else if (link !== memory.main) return;
      const spread = random() * Math.min(afterMs, LONGEST_SERVER_WAIT_MS);
      askAt(Math.max(now() + spread, fetchedAt + MIN_FETCH_GAP_MS, memory.notBefore));
    },
    keep(delta, size) {
      const { asking } = memory;
      if (asking === undefined) return;
      asking.pendingSize += size;
      if (asking.incomplete || asking.pendingSize > MAX_PENDING_DELTA_BYTES) noteGap(asking);
      else asking.pending.push(delta);
    },
    snapshot(link, next) {
      const { asking } = memory;
      if (typeof next !== "object" || asking === undefined) return;
      dropRequest();
      catchUp(link, next, asking);
    },
    giveUp() {
      dropRequest();
      memory.asking = undefined;
    },
    hearTrial(link, receive) {
      // A poll that a trial puts an end to is a try like one that failed.
      const isGivenUp = memory.asking?.cancel !== undefined;
      receive();
      if (isGivenUp && link === memory.main) pay(core);
    },
    promote,
    loseTrial(why) {
      const { troubled, main, asking } = memory;
      // What the server asked of the trial is not asked of the way that works.
      const asked = nextTryAt(memory, ports, serverWaitMs(why, random));
      memory.trial = undefined;
      webSocketAt = Math.max(later(), asked);
      pay(core);
      memory.troubled = troubled;
      if (main === undefined && asking !== undefined) asking.at = Math.max(asking.at, memory.notBefore);
    },
    bounds: () => ({ fetchedAt, pendingSize: memory.asking?.pendingSize ?? 0 }),
  };

  function promote(): void {
    memory.asking?.cancel?.();
    memory.asking = undefined;
    memory.main?.line?.close();
    memory.main = memory.trial;
    memory.trial = undefined;
    memory.transport = "websocket";
    memory.failed = 0;
    webSocketAt = NEVER;
  }
}
