/**
 * Performs what the connection's steps return: opens streams, sends messages, fetches, keeps the one timer.
 *
 *     stream, fetch, timer, application ─► event ─► step ─► state
 *                    ▲                              └────► effects ─► stream, fetch, listener
 *                    └───────────────────────────────────────────────────┘
 *
 * Events that arrive while one is being handled wait for their turn. It decides nothing, and keeps no ruleset.
 */
import type { Ruleset } from "@bannerol/core";
import { type ClientMessage, type HelloMessage, MAX_RULESET_BYTES, PROTOCOL_VERSION } from "@bannerol/protocol";
import type { Clock, HttpAnswer, HttpTransport, Random, Stream, StreamTransport, Timers } from "../ports.ts";
import { endingOf } from "./ending.ts";
import {
  type ConnectionEvent,
  type ConnectionProblem,
  type ConnectionState,
  type Effect,
  initialState,
} from "./state.ts";
import { nextAlarm, step } from "./step.ts";

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly stream: StreamTransport;
  readonly http: HttpTransport;
}

/** Who says hello. The key travels in it only where the transport cannot set headers. */
export interface ConnectionIdentity {
  readonly key: string;
  readonly sdk: HelloMessage["sdk"];
  readonly instance: string;
}

export interface ConnectionListener {
  readonly install: (ruleset: Ruleset) => void;
  readonly confirm: () => void;
  readonly report: (problem: ConnectionProblem) => void;
  /** Whether what was installed is served, and so may be acknowledged; where not, `served` is called once it is. */
  readonly isServed?: () => boolean;
  /** After every event, once what it led to is done. */
  readonly settled: (state: ConnectionState) => void;
}

export interface Connection {
  readonly state: () => ConnectionState;
  /** Begins to connect, with what the process has from elsewhere. */
  readonly start: (ruleset: Ruleset | undefined) => void;
  /** What was installed is served now. */
  readonly served: () => void;
  readonly close: () => void;
}

const FETCH_IDLE_MS = 15_000;
const FETCH_TIMEOUT_MS = 5 * 60_000;
/** Timers take no more; one that is due later is set again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createConnection(
  ports: ConnectionPorts,
  identity: ConnectionIdentity,
  listener: ConnectionListener,
  limitBytes = MAX_RULESET_BYTES,
): Connection {
  let state: ConnectionState = initialState;
  let stream: Stream | undefined;
  let cancelFetch: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  let heldAck: Extract<Effect, { type: "ack" }> | undefined;
  const waiting: ConnectionEvent[] = [];
  let handling = false;

  const env = () => ({ now: ports.clock.monotonic(), random: ports.random });

  const handle = (event: ConnectionEvent): void => {
    waiting.push(event);
    if (handling) return;
    handling = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { state: reached, effects } = step(state, next, env());
      state = reached;
      for (const effect of effects) attempt(effect);
    }
    handling = false;
    setTimer();
    listener.settled(state);
  };

  const setTimer = (): void => {
    cancelTimer?.();
    const at = nextAlarm(state);
    const ms = at === undefined ? undefined : Math.ceil(at - ports.clock.monotonic());
    cancelTimer =
      ms === undefined
        ? undefined
        : ports.timers.set(Math.min(Math.max(ms, 1), LONGEST_TIMER_MS), () => handle({ type: "timer" }));
  };

  /** A port that throws fails its effect alone: the state machine goes on, and its watchdog finds what is amiss. */
  const attempt = (effect: Effect): void => {
    try {
      perform(effect);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      listener.report({ code: "internal", message: `The SDK could not ${effect.type}: ${reason}` });
    }
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case "open":
        open();
        break;
      case "hello":
        hello(effect);
        break;
      case "ack":
        acknowledge(effect);
        break;
      case "disconnect":
        disconnect();
        break;
      case "fetch":
        fetch(effect);
        break;
      case "cancelFetch":
        cancelFetch?.();
        break;
      case "install":
        listener.install(effect.ruleset);
        break;
      case "confirm":
        listener.confirm();
        break;
      case "report":
        listener.report(effect.problem);
    }
  };

  const open = (): void => {
    disconnect();
    heldAck = undefined;
    // What an earlier stream says, once another has taken its place, is nobody's business.
    const mine: { stream?: Stream; over: boolean } = { over: false };
    const whileMine = (event: ConnectionEvent) => {
      if (mine.over || (mine.stream !== undefined && stream !== mine.stream)) return;
      mine.over = event.type === "closed";
      handle(event);
    };
    mine.stream = stream = ports.stream.open({
      opened: () => whileMine({ type: "opened" }),
      message: (text) => whileMine({ type: "message", text }),
      closed: (ending) => whileMine({ type: "closed", ending }),
    });
  };

  const disconnect = (): void => {
    const old = stream;
    stream = undefined;
    old?.close();
  };

  const hello = ({ have, first }: Extract<Effect, { type: "hello" }>): void =>
    send({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      ...(first && ports.stream.keyInHello && { key: identity.key }),
      sdk: identity.sdk,
      instance: identity.instance,
      ...(have && { have }),
    });

  const acknowledge = (ack: Extract<Effect, { type: "ack" }>): void => {
    heldAck = listener.isServed?.() === false ? ack : undefined;
    if (heldAck === undefined) send(ack);
  };

  const send = (message: ClientMessage): void => stream?.send(JSON.stringify(message));

  const fetch = ({ since, etag }: Extract<Effect, { type: "fetch" }>): void => {
    const have = since === undefined ? "" : `since=${since.revision}&epoch=${encodeURIComponent(since.epoch)}&`;
    const request = {
      path: `/sdk/v1/ruleset?${have}${askerOf(identity)}`,
      headers: etag === undefined ? {} : { "if-none-match": etag },
      limitBytes,
      idleTimeoutMs: FETCH_IDLE_MS,
      timeoutMs: FETCH_TIMEOUT_MS,
    };
    cancelFetch = ports.http.get(request, (answer) => handle(eventOf(answer)));
  };

  return {
    state: () => state,
    start: (ruleset) => handle({ type: "start", ruleset }),
    served() {
      if (heldAck !== undefined) acknowledge(heldAck);
    },
    close: () => handle({ type: "close" }),
  };
}

/** Who asks, as in `hello`, so that it is not taken for another. */
function askerOf({ instance, sdk }: ConnectionIdentity): string {
  return `instance=${encodeURIComponent(instance)}&sdk=${encodeURIComponent(`${sdk.name}/${sdk.version}`)}`;
}

function eventOf(answer: HttpAnswer): ConnectionEvent {
  if (!answer.ok) return { type: "fetchFailed", ending: { reason: answer.reason } };
  if (answer.status === 304) return { type: "fetched", fetched: { unchanged: true } };
  if (answer.status !== 200) return { type: "fetchFailed", ending: endingOf(answer) };
  const etag = answer.headers.get("etag");
  return {
    type: "fetched",
    fetched: { unchanged: false, body: answer.body, ...(etag !== undefined && { etag }) },
  };
}
