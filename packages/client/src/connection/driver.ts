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
import { MAX_RULESET_BYTES } from "@bannerol/protocol";
import type { Clock, HttpAnswer, HttpTransport, Random, StreamTransport, Timers } from "../ports.ts";
import { reasonOf } from "../tell.ts";
import { endingOf } from "./ending.ts";
import { openEvents } from "./events-line.ts";
import { askerOf, type ConnectionIdentity, type Line, openWebSocket } from "./line.ts";
import {
  type ConnectionEvent,
  type ConnectionProblem,
  type ConnectionState,
  type Effect,
  initialState,
  type StreamEffect,
  type StreamEvent,
} from "./state.ts";
import { nextAlarm, step } from "./step.ts";

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly stream: StreamTransport;
  readonly http: HttpTransport;
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
  /** Somebody waits for this change. */
  readonly want: (revision: number) => void;
  readonly close: () => void;
}

/** A stream. What it says once another has taken its place, or after its end, is nobody's business. */
interface Opened {
  line?: Line;
  over: boolean;
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
  let stream: Opened | undefined;
  let trial: Opened | undefined;
  let cancelFetch: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  let heldAck: Extract<Effect, { type: "ack" }> | undefined;
  /** Looked at in turn: which stream an event is of may change meanwhile. */
  const waiting: (() => ConnectionEvent | undefined)[] = [];
  let handling = false;

  const env = () => ({ now: ports.clock.monotonic(), random: ports.random });

  const handle = (event: ConnectionEvent | (() => ConnectionEvent | undefined)): void => {
    waiting.push(typeof event === "function" ? event : () => event);
    if (handling) return;
    handling = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) proceed(next());
    handling = false;
    setTimer();
    listener.settled(state);
  };

  const proceed = (event: ConnectionEvent | undefined): void => {
    if (event === undefined) return;
    const { state: reached, effects } = step(state, event, env());
    state = reached;
    for (const effect of effects) attempt(effect);
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
      listener.report({ code: "internal", message: `The SDK could not ${effect.type}: ${reasonOf(error)}` });
    }
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case "open":
      case "hello":
      case "disconnect":
        if (effect.type !== "hello") heldAck = undefined;
        stream = performOn(stream, effect);
        break;
      case "trial":
        trial = performOn(trial, effect.effect);
        break;
      case "promote":
        stream?.line?.close();
        stream = trial;
        trial = undefined;
        heldAck = undefined;
        break;
      case "ack":
        acknowledge(effect);
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

  /** What stands in its place afterwards. */
  const performOn = (opened: Opened | undefined, effect: StreamEffect): Opened | undefined => {
    if (effect.type === "hello") {
      opened?.line?.hello(effect.have, effect.first);
      return opened;
    }
    opened?.line?.close();
    return effect.type === "open" ? open(effect) : undefined;
  };

  const open = (effect: Extract<StreamEffect, { type: "open" }>): Opened => {
    const mine: Opened = { over: false };
    const tell = (event: StreamEvent): void => {
      if (mine.over) return;
      mine.over = event.type === "closed";
      handle(() => (mine === stream ? event : mine === trial ? { type: "trial", event } : undefined));
    };
    const options = { ports, identity, tell };
    mine.line = effect.transport === "sse" ? openEvents(options, effect.have) : openWebSocket(options);
    return mine;
  };

  const acknowledge = (ack: Extract<Effect, { type: "ack" }>): void => {
    heldAck = listener.isServed?.() === false ? ack : undefined;
    if (heldAck === undefined) stream?.line?.acknowledge(ack);
  };

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
    want: (revision) => handle({ type: "want", revision }),
    close: () => handle({ type: "close" }),
  };
}

function eventOf(answer: HttpAnswer): ConnectionEvent {
  if (!answer.ok) return { type: "fetchFailed", ending: { reason: answer.reason } };
  const { status, headers, body } = answer;
  const maxAge = numberIn(headers.get("cache-control"), /\bmax-age=(\d{1,9})\b/);
  const upTo = numberIn(headers.get("bannerol-up-to"), /^(\d{1,15})$/);
  const told = { ...(maxAge !== undefined && { maxAgeMs: maxAge * 1_000 }), ...(upTo !== undefined && { upTo }) };
  if (status === 304) return { type: "fetched", fetched: { unchanged: true, ...told } };
  if (status !== 200) return { type: "fetchFailed", ending: endingOf(answer) };
  const etag = headers.get("etag");
  return { type: "fetched", fetched: { unchanged: false, body, ...(etag !== undefined && { etag }), ...told } };
}

function numberIn(header: string | undefined, form: RegExp): number | undefined {
  const digits = form.exec(header ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
