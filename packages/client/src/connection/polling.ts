/** Keeping current by asking again and again, where no stream works. Pure. */
import { POLL_MS } from "@bannerol/protocol";
import { ask, type FailedAnswer, MIN_FETCH_GAP_MS, takeAnswer } from "./asking.ts";
import { afterFailure, describe, LONGEST_SERVER_WAIT_MS, serverWaitMs } from "./failure.ts";
import { stateNews } from "./live.ts";
import type { Env, Fetched, Memory, Polling, StateOf, Step } from "./state.ts";

type PollingState = StateOf<"polling">;

export function beginPolling(memory: Memory, env: Env): Step {
  const polling: Polling = {
    at: Math.max(env.now, earliestPoll(memory)),
    inFlight: false,
    whole: false,
    failed: false,
  };
  return pollIfDue({ phase: "polling", memory, polling }, env);
}

export function pollIfDue(state: PollingState, env: Env): Step {
  const { polling, memory } = state;
  if (polling.inFlight || polling.at > env.now) return { state, effects: [] };
  return { state: { ...state, polling: { ...polling, inFlight: true } }, effects: [ask(memory, polling.whole)] };
}

/** A try of another kind failed: the next poll waits as if it had been one itself. */
export function pollAfterFailure(state: PollingState, memory: Memory): PollingState {
  return { ...state, memory, polling: { ...state.polling, at: Math.max(state.polling.at, memory.notBefore) } };
}

/** The next poll need not wait for its time. */
export function pollNow(state: PollingState, env: Env): Step {
  return pollIfDue({ ...state, polling: { ...state.polling, at: env.now } }, env);
}

export function endPoll(state: PollingState, fetched: Fetched, env: Env): Step {
  const taken = takeAnswer(state.memory, fetched, env);
  if ("ending" in taken) return failPoll(state, taken, env);
  const { polling } = state;
  // Polls prove no stream: what a failed try costs stays what it was until one has been open for a while.
  const memory = { ...taken, troubled: false };
  // The server was away, so that no stream worked is no sign that none will.
  const way = polling.failed ? { ...memory.way, webSocketAt: env.now } : memory.way;
  return {
    state: {
      phase: "polling",
      memory: { ...memory, way },
      polling: { ...polling, at: env.now + pollMs(fetched, env), inFlight: false, whole: false, failed: false },
    },
    effects: [stateNews(state.memory, memory)],
  };
}

/** A failed try, with a wait of its own. */
export function failPoll(state: PollingState, { ending, whole }: FailedAnswer, env: Env): Step {
  const memory = afterFailure(state.memory, env, serverWaitMs(ending, env));
  const polling: Polling = {
    at: memory.notBefore,
    inFlight: false,
    whole: whole ?? state.polling.whole,
    failed: true,
  };
  const problem = describe(ending, { troubled: state.memory.troubled });
  return {
    state: { phase: "polling", memory, polling },
    effects: problem === undefined ? [] : [{ type: "report", problem }],
  };
}

/** Whoever may be waiting for it. */
export function earliestPoll({ notBefore, fetchedAt }: Memory): number {
  return Math.max(notBefore, fetchedAt + MIN_FETCH_GAP_MS);
}

/** A fifth more or less than what the server, or else the protocol, says. */
function pollMs({ maxAgeMs = POLL_MS }: Fetched, { random }: Env): number {
  const spread = Math.min(maxAgeMs, LONGEST_SERVER_WAIT_MS) * (0.8 + 0.4 * random());
  return Math.max(spread, MIN_FETCH_GAP_MS);
}
