/** Being current, finding out that one is not, and saying so. Pure. */
import { HEARTBEAT_MS, MIN_ACK_MS, MIN_REHELLO_MS } from "@bannerol/protocol";
import { lose } from "./failure.ts";
import { type Effect, type Env, identityOf, type Link, type LinkedState, type Memory, type Step } from "./state.ts";

/** The server counts 5 s between two hellos as they arrive; this leaves room for the network's jitter. */
export const REHELLO_GAP_MS = MIN_REHELLO_MS + 500;
/** Connected and current for this long, a server is taken to work, and waits start from the shortest again. */
const STEADY_MS = 60_000;

/** `memory` is the server's state now: serve what is new of it, and listen on. Where it is incomplete, say hello. */
export function becomeLive(
  state: LinkedState,
  env: Env,
  reached: { readonly memory: Memory; readonly complete: boolean },
): Step {
  const before = state.memory.ruleset;
  const { ruleset } = reached.memory;
  const link: Link = {
    ...state.link,
    confirmed: true,
    proven: state.link.proven || isSteady(state.link.steadySince, env),
    rehelloAt: undefined,
    ackedRevision: before?.epoch === ruleset?.epoch ? state.link.ackedRevision : undefined,
  };
  const news = stateNews(state.memory, reached.memory);
  const live: LinkedState = { phase: "live", link, memory: recovered(reached.memory, link.steadySince, env) };
  if (reached.complete) return { state: live, effects: [news] };
  const resynced = resync(live, env);
  return { state: resynced.state, effects: [news, ...resynced.effects] };
}

/** What is to be served after `now` was reached from `before`. */
export function stateNews(before: Memory, { ruleset }: Memory): Effect {
  return ruleset === undefined || ruleset === before.ruleset ? { type: "confirm" } : { type: "install", ruleset };
}

/**
 * Something did not fit: hello again, with what one has, at most once in 5 s. Where there is no hello, another stream is
 * opened, which costs a wait like any other.
 */
export function resync(state: LinkedState, env: Env): Step {
  if (state.link.transport === "sse") {
    return lose(state, env, { ending: { reason: "" }, inOrder: true, disconnect: true });
  }
  const due = state.link.helloAt + REHELLO_GAP_MS;
  const { memory, link } = state;
  return sayHelloIfDue({ phase: "greeting", memory, link: { ...link, rehelloAt: due } }, env);
}

/** As `resync`, for what was left aside: it is counted. */
export function rejectAndResync(state: LinkedState, env: Env): Step {
  return resync({ ...state, memory: { ...state.memory, rejected: state.memory.rejected + 1 } }, env);
}

export function sayHelloIfDue(state: LinkedState, env: Env): Step {
  const { rehelloAt } = state.link;
  if (rehelloAt === undefined || rehelloAt > env.now) return { state, effects: [] };
  return {
    state: { ...state, link: { ...state.link, helloAt: env.now, rehelloAt: undefined } },
    effects: [{ type: "hello", have: identityOf(state.memory), first: false }],
  };
}

/** When the state in hand is to be acknowledged; undefined where it is. */
export function ackAt(state: LinkedState): number | undefined {
  const { ruleset } = state.memory;
  if (state.phase !== "live" || ruleset === undefined || state.link.ackedRevision === ruleset.revision)
    return undefined;
  return state.link.ackedAt + MIN_ACK_MS;
}

export function acknowledgeIfDue(state: LinkedState, env: Env): Step {
  const due = ackAt(state);
  const { ruleset } = state.memory;
  if (due === undefined || due > env.now || ruleset === undefined) return { state, effects: [] };
  const { epoch, revision } = ruleset;
  const link: Link = { ...state.link, ackedRevision: revision, ackedAt: env.now };
  return { state: { ...state, link }, effects: [{ type: "ack", epoch, revision }] };
}

/** An acknowledgement was lost: another one, after a heartbeat. */
export function acknowledgeLater<S extends LinkedState>(state: S, env: Env): S {
  return { ...state, link: { ...state.link, ackedRevision: undefined, ackedAt: env.now + HEARTBEAT_MS - MIN_ACK_MS } };
}

/** The server gave or confirmed the state in hand: after a while of that, waits start from the shortest again. */
export function recovered(memory: Memory, steadySince: number, env: Env): Memory {
  return { ...memory, troubled: false, failures: isSteady(steadySince, env) ? 0 : memory.failures };
}

function isSteady(since: number, env: Env): boolean {
  return env.now - since >= STEADY_MS;
}
