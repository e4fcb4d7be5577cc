/** What each of the server's messages does on an open connection. Pure. */
import {
  type CurrentMessage,
  type DeltaMessage,
  type GoodbyeMessage,
  type ProblemMessage,
  parseServerMessage,
  type ServerMessage,
  type SnapshotMessage,
} from "@bannerol/protocol";
import { readUpTo } from "./asking.ts";
import { afterFailure, lose } from "./failure.ts";
import { catchUp, keepDelta, planFetch } from "./fetching.ts";
import { becomeLive, rejectAndResync } from "./live.ts";
import { receiveDelta, receiveSnapshot } from "./receive.ts";
import { type Env, identityOf, type Link, type LinkedState, type Step } from "./state.ts";

export function receiveMessage(state: LinkedState, text: string, env: Env): Step {
  const parsed = parseServerMessage(text);
  if (!parsed.ok) return lose(state, env, { ending: { reason: parsed.reason }, protocolError: true, disconnect: true });
  const heard: LinkedState = { ...state, link: { ...state.link, lastMessageAt: env.now } };
  return parsed.message === undefined ? { state: heard, effects: [] } : handle(heard, parsed.message, text.length, env);
}

function handle(state: LinkedState, message: ServerMessage, size: number, env: Env): Step {
  switch (message.type) {
    case "snapshot":
      return onSnapshot(state, message, env);
    case "fetch":
      return planFetch(state, message, env);
    case "delta":
      return state.phase === "fetching"
        ? { state: keepDelta(state, message, size), effects: [] }
        : onDelta(state, message, env);
    case "current":
      return onCurrent(state, message, env);
    case "goodbye":
      return onGoodbye(state, message, env);
    case "problem":
      return { state: { ...state, link: { ...state.link, said: saidOf(message) } }, effects: [] };
  }
}

function onSnapshot(state: LinkedState, message: SnapshotMessage, env: Env): Step {
  const received = receiveSnapshot(state.memory, message);
  if (received.kind === "unreadable") {
    return lose(state, env, { ending: { reason: received.reason }, protocolError: true, disconnect: true });
  }
  if (received.kind !== "applied") return state.phase === "fetching" ? unmoved(state) : rejectAndResync(state, env);
  if (state.phase !== "fetching") return becomeLive(state, env, { memory: received.memory, complete: true });
  if (!state.fetching.inFlight) return catchUp(state, received.memory, env);
  // A request given up is a try like one that failed; else `fetch`, `snapshot`, `fetch`, … would cost a server nothing.
  const step = catchUp(state, afterFailure(received.memory, env), env);
  return { state: step.state, effects: [{ type: "cancelFetch" }, ...step.effects] };
}

function onDelta(state: LinkedState, message: DeltaMessage, env: Env): Step {
  const received = receiveDelta(state.memory, message);
  if (received.kind === "applied") return becomeLive(state, env, { memory: received.memory, complete: true });
  if (received.kind === "covered") return unmoved(state);
  // While a hello is out, its answer decides; a lost answer is found by the next heartbeat.
  return state.phase === "greeting" ? unmoved(state, 1) : rejectAndResync(state, env);
}

function onCurrent(state: LinkedState, message: CurrentMessage, env: Env): Step {
  if (state.phase === "fetching") return unmoved(state);
  const have = identityOf(state.memory);
  const same =
    have?.epoch === message.epoch && have.revision === message.revision && have.checksum === message.checksum;
  if (!same) return rejectAndResync(state, env);
  return becomeLive(state, env, { memory: readUpTo(state.memory, message.upTo), complete: true });
}

function onGoodbye(state: LinkedState, { afterMs: [min, max] }: GoodbyeMessage, env: Env): Step {
  const retryAfterMs = min + env.random() * (max - min);
  return lose(state, env, { ending: { reason: "", retryAfterMs }, inOrder: true, disconnect: true });
}

function saidOf({ detail, title, status }: ProblemMessage): Link["said"] {
  return { reason: detail ?? title, status };
}

function unmoved(state: LinkedState, rejected = 0): Step {
  return { state: { ...state, memory: { ...state.memory, rejected: state.memory.rejected + rejected } }, effects: [] };
}
