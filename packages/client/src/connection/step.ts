/**
 * The client's half of the protocol as a pure function. The table answers every event in every phase, and does not
 * compile where one is missing; `packages/protocol/SPEC.md` shows it as a page.
 */
import type { Ruleset } from "@bannerol/core";
import { WATCHDOG_MS } from "@bannerol/protocol";
import { lose } from "./failure.ts";
import { endFetch, failFetch, fetchIfDue } from "./fetching.ts";
import { ackAt, acknowledgeIfDue, acknowledgeLater, sayHelloIfDue } from "./live.ts";
import { receiveMessage } from "./message.ts";
import { beginPolling, endPoll, failPoll, pollIfDue } from "./polling.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  type Env,
  type EventOf,
  type EventType,
  identityOf,
  type Link,
  type LinkedState,
  type Memory,
  type Phase,
  type StateOf,
  type Step,
  withChecksum,
} from "./state.ts";
import { beginTrialIfDue, isAsking, stepTrial, trialAt } from "./trial.ts";
import { askIfWanted, want, wantAt } from "./wanting.ts";

/** A stream that does not open within this time is given up. */
export const OPEN_TIMEOUT_MS = 15_000;

type Handler<P extends Phase, T extends EventType> = (state: StateOf<P>, event: EventOf<T>, env: Env) => Step;
type Table = { readonly [P in Phase]: { readonly [T in EventType]: Handler<P, T> } };

/** Too late, or too early: what a peer, a timer or a request says of a connection that is no more. */
const stay = (state: ConnectionState): Step => ({ state, effects: [] });

const connect = (memory: Memory, env: Env): Step => {
  const { transport } = memory.way;
  const giveUpAt = env.now + OPEN_TIMEOUT_MS;
  if (transport === "polling") return beginPolling(withChecksum(memory), env);
  if (transport === "websocket") {
    // What there is, is said in its hello.
    const state: ConnectionState = { phase: "connecting", memory, transport, giveUpAt };
    return { state, effects: [{ type: "open", transport, have: undefined }] };
  }
  const known = withChecksum(memory);
  return {
    state: { phase: "connecting", memory: known, transport, giveUpAt },
    effects: [{ type: "open", transport, have: identityOf(known) }],
  };
};

const end = (state: ConnectionState): Step => {
  const connected = state.phase === "connecting" || "link" in state;
  const effects: readonly (Effect | undefined)[] = [
    isAsking(state) ? { type: "cancelFetch" } : undefined,
    connected ? { type: "disconnect" } : undefined,
    state.memory.trial && { type: "trial", effect: { type: "disconnect" } },
  ];
  return {
    state: { phase: "closed", memory: { ...state.memory, trial: undefined } },
    effects: effects.filter((effect) => effect !== undefined),
  };
};

const greet = ({ memory, transport }: StateOf<"connecting">, _: EventOf<"opened">, env: Env): Step => {
  const known = withChecksum(memory);
  const link: Link = {
    transport,
    steadySince: env.now,
    lastMessageAt: env.now,
    helloAt: env.now,
    rehelloAt: undefined,
    confirmed: false,
    proven: false,
    said: undefined,
    ackedRevision: undefined,
    ackedAt: Number.NEGATIVE_INFINITY,
  };
  return {
    state: { phase: "greeting", memory: known, link },
    // A request for events says it by itself.
    effects: transport === "sse" ? [] : [{ type: "hello", have: identityOf(known), first: true }],
  };
};

const tick = (state: LinkedState, _: EventOf<"timer">, env: Env): Step => {
  if (env.now >= state.link.lastMessageAt + WATCHDOG_MS) {
    return lose(state, env, { ending: { reason: "Nothing was heard from it for 45 s." }, disconnect: true });
  }
  return state.phase === "fetching" ? fetchIfDue(state, env) : sayHelloIfDue(state, env);
};

const hear = (state: LinkedState, event: EventOf<"message">, env: Env) => receiveMessage(state, event.text, env);

const lost = (state: LinkedState | StateOf<"connecting">, event: EventOf<"closed">, env: Env) =>
  lose(state, env, { ending: event.ending });

const onTrial = (state: ConnectionState, { event }: EventOf<"trial">, env: Env) => stepTrial(state, event, env, answer);

const nothing = {
  start: stay,
  opened: stay,
  message: stay,
  closed: stay,
  timer: stay,
  fetched: stay,
  fetchFailed: stay,
  ackFailed: stay,
  trial: onTrial,
  want,
  close: end,
};

const linked = {
  ...nothing,
  message: hear,
  closed: lost,
  timer: tick,
  ackFailed: (state: LinkedState, _: EventOf<"ackFailed">, env: Env) => stay(acknowledgeLater(state, env)),
};

const table: Table = {
  idle: {
    ...nothing,
    start: ({ memory }, { ruleset }, env) => connect(ruleset === undefined ? memory : holding(memory, ruleset), env),
  },
  connecting: {
    ...nothing,
    opened: greet,
    closed: lost,
    timer: (state, _, env) => {
      if (env.now < state.giveUpAt) return stay(state);
      return lose(state, env, { ending: { reason: "It did not answer within 15 s." }, disconnect: true });
    },
  },
  greeting: linked,
  live: linked,
  fetching: {
    ...linked,
    fetched: (state, event, env) => (state.fetching.inFlight ? endFetch(state, event.fetched, env) : stay(state)),
    fetchFailed: (state, event, env) => (state.fetching.inFlight ? failFetch(state, event, env) : stay(state)),
  },
  polling: {
    ...nothing,
    timer: (state, _, env) => pollIfDue(state, env),
    fetched: (state, event, env) => (state.polling.inFlight ? endPoll(state, event.fetched, env) : stay(state)),
    fetchFailed: (state, event, env) => (state.polling.inFlight ? failPoll(state, event, env) : stay(state)),
  },
  waiting: {
    ...nothing,
    timer: (state, _, env) => (env.now < state.memory.notBefore ? stay(state) : connect(state.memory, env)),
  },
  closed: { ...nothing, trial: stay, want: stay, close: stay },
};

/** The next state, and what the driver is to do. */
export function step(state: ConnectionState, event: ConnectionEvent, env: Env): Step {
  const answered = answer(state, event, env);
  return afterwards.reduce((before, next) => {
    const { state: reached, effects } = next(before.state, env);
    return effects.length === 0 && reached === before.state
      ? before
      : { state: reached, effects: [...before.effects, ...effects] };
  }, answered);
}

/** What may have fallen due, whatever the event was. */
const afterwards: readonly ((state: ConnectionState, env: Env) => Step)[] = [
  (state, env) => stepTrial(state, { type: "timer" }, env, answer),
  (state, env) => beginTrialIfDue(state, env, OPEN_TIMEOUT_MS),
  (state, env) => askIfWanted(state, env),
  (state, env) => ("link" in state ? acknowledgeIfDue(state, env) : stay(state)),
];

/** When the next `timer` event is due, in monotonic milliseconds; undefined where nothing is waited for. */
export function nextAlarm(state: ConnectionState): number | undefined {
  const { trial, ...memory } = state.memory;
  const ofTrial = trial && alarmOf({ ...trial, memory: { ...memory, trial: undefined } });
  const alarms = [alarmOf(state), ofTrial, trialAt(state), wantAt(state)];
  const next = Math.min(...alarms.map((at) => at ?? Number.POSITIVE_INFINITY));
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/** Of the connection by itself. */
function alarmOf(state: ConnectionState): number | undefined {
  if (state.phase === "connecting") return state.giveUpAt;
  if (state.phase === "waiting") return state.memory.notBefore;
  if (state.phase === "polling") return state.polling.inFlight ? undefined : state.polling.at;
  if (!("link" in state)) return undefined;
  const fetchAt = state.phase === "fetching" && !state.fetching.inFlight ? state.fetching.at : undefined;
  const alarms = [state.link.lastMessageAt + WATCHDOG_MS, state.link.rehelloAt, fetchAt, ackAt(state)];
  return Math.min(...alarms.map((at) => at ?? Number.POSITIVE_INFINITY));
}

/** The table's row for the phase, and in it the cell for the event, spelt out so that the compiler can follow. */
function answer(state: ConnectionState, event: ConnectionEvent, env: Env): Step {
  switch (state.phase) {
    case "idle":
      return cell(table.idle, state, event, env);
    case "connecting":
      return cell(table.connecting, state, event, env);
    case "greeting":
      return cell(table.greeting, state, event, env);
    case "live":
      return cell(table.live, state, event, env);
    case "fetching":
      return cell(table.fetching, state, event, env);
    case "polling":
      return cell(table.polling, state, event, env);
    case "waiting":
      return cell(table.waiting, state, event, env);
    case "closed":
      return cell(table.closed, state, event, env);
  }
}

function cell<P extends Phase>(row: Table[P], state: StateOf<P>, event: ConnectionEvent, env: Env): Step {
  switch (event.type) {
    case "start":
      return row.start(state, event, env);
    case "opened":
      return row.opened(state, event, env);
    case "message":
      return row.message(state, event, env);
    case "closed":
      return row.closed(state, event, env);
    case "timer":
      return row.timer(state, event, env);
    case "fetched":
      return row.fetched(state, event, env);
    case "fetchFailed":
      return row.fetchFailed(state, event, env);
    case "ackFailed":
      return row.ackFailed(state, event, env);
    case "trial":
      return row.trial(state, event, env);
    case "want":
      return row.want(state, event, env);
    case "close":
      return row.close(state, event, env);
  }
}

/** What a process starts with. */
function holding(memory: Memory, ruleset: Ruleset): Memory {
  return { ...memory, ruleset, checksum: undefined, upTo: ruleset.revision };
}
