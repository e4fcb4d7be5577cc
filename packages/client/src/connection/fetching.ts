/** Bringing a ruleset by HTTP, on a connection that said `fetch`, while its deltas go on. Pure. */
import { type DeltaMessage, type FetchMessage, MAX_PENDING_DELTA_BYTES } from "@bannerol/protocol";
import { ask, type FailedAnswer, MIN_FETCH_GAP_MS, takeAnswer } from "./asking.ts";
import { afterFailure, isRefusal, LONGEST_SERVER_WAIT_MS, lose } from "./failure.ts";
import { becomeLive } from "./live.ts";
import { receivePending } from "./receive.ts";
import type { Env, Fetched, LinkedState, Memory, StateOf, Step } from "./state.ts";

type FetchingState = StateOf<"fetching">;

/** The server says that the ruleset is to be fetched, within `afterMs`: spread, so that a herd does not come at once. */
export function planFetch(state: LinkedState, message: FetchMessage, env: Env): Step {
  if (state.phase === "fetching") return { state: noteGap(state), effects: [] };
  const spread = env.random() * Math.min(message.afterMs, LONGEST_SERVER_WAIT_MS);
  const at = Math.max(env.now + spread, state.memory.fetchedAt + MIN_FETCH_GAP_MS, state.memory.notBefore);
  return fetchIfDue(
    {
      phase: "fetching",
      memory: state.memory,
      link: { ...state.link, rehelloAt: undefined },
      fetching: { at, inFlight: false, whole: false, pending: [], pendingSize: 0, incomplete: false },
    },
    env,
  );
}

export function fetchIfDue(state: FetchingState, env: Env): Step {
  const { fetching, memory } = state;
  if (fetching.inFlight || fetching.at > env.now) return { state, effects: [] };
  return { state: { ...state, fetching: { ...fetching, inFlight: true } }, effects: [ask(memory, fetching.whole)] };
}

/** Keeps a delta until the fetch is done, as far as there is room. */
export function keepDelta(state: FetchingState, delta: DeltaMessage, size: number): FetchingState {
  const { fetching } = state;
  const pendingSize = fetching.pendingSize + size;
  // Without this one, those behind it do not fit either.
  if (fetching.incomplete || pendingSize > MAX_PENDING_DELTA_BYTES) return noteGap(state);
  return { ...state, fetching: { ...fetching, pendingSize, pending: [...fetching.pending, delta] } };
}

export function endFetch(state: FetchingState, fetched: Fetched, env: Env): Step {
  const taken = takeAnswer(state.memory, fetched, env);
  return "ending" in taken ? failFetch(state, taken, env) : catchUp(state, taken, env);
}

/** The fetch came to nothing: again on the same connection, after a wait that also counts for a new connection. */
export function failFetch(state: FetchingState, failure: FailedAnswer, env: Env): Step {
  const { ending, whole = state.fetching.whole } = failure;
  const idle: FetchingState = { ...state, fetching: { ...state.fetching, inFlight: false, whole } };
  if (isRefusal(ending)) return lose(idle, env, { ending, disconnect: true });
  const memory = afterFailure(state.memory, env, ending.retryAfterMs);
  const message = `The ruleset could not be fetched: ${ending.reason} Evaluation goes on with the last known state; the client tries again by itself.`;
  return {
    state: {
      ...idle,
      memory,
      link: { ...state.link, steadySince: env.now },
      fetching: { ...idle.fetching, at: memory.notBefore },
    },
    effects: state.memory.troubled ? [] : [{ type: "report", problem: { code: "fetch_failed", message } }],
  };
}

/** The whole state is there; what came meanwhile on top of it. */
export function catchUp(state: FetchingState, memory: Memory, env: Env): Step {
  const caughtUp = receivePending(memory, state.fetching.pending);
  return becomeLive(state, env, {
    memory: caughtUp.memory,
    complete: caughtUp.complete && !state.fetching.incomplete,
  });
}

function noteGap(state: FetchingState): FetchingState {
  // A request that has not left yet will bring whatever is announced before it leaves.
  if (!state.fetching.inFlight) return { ...state, fetching: { ...state.fetching, pending: [], pendingSize: 0 } };
  return { ...state, fetching: { ...state.fetching, incomplete: true, pending: [], pendingSize: 0 } };
}
