/** Being current, finding out that one is not, and saying so. Pure. */
import { MIN_ACK_MS, MIN_REHELLO_MS } from "@bannerol/protocol";
import { type Effect, type Env, identityOf, type Link, type LinkedState, type Memory, type Step } from "./state.ts";

/** The server counts 5 s between two hellos as they arrive; this leaves room for the network's jitter. */
const REHELLO_GAP_MS = MIN_REHELLO_MS + 500;
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
    rehelloAt: undefined,
    ackedRevision: before?.epoch === ruleset?.epoch ? state.link.ackedRevision : undefined,
  };
  const news: Effect = ruleset === undefined || ruleset === before ? { type: "confirm" } : { type: "install", ruleset };
  const live: LinkedState = { phase: "live", link, memory: recovered(reached.memory, link, env) };
  if (reached.complete) return { state: live, effects: [news] };
  const resynced = resync(live, env);
  return { state: resynced.state, effects: [news, ...resynced.effects] };
}

/** Something did not fit: hello again, with what one has, at most once in 5 s. */
export function resync(state: LinkedState, env: Env): Step {
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
  const revision = state.memory.ruleset?.revision;
  if (due === undefined || due > env.now || revision === undefined) return { state, effects: [] };
  const link: Link = { ...state.link, ackedRevision: revision, ackedAt: env.now };
  return { state: { ...state, link }, effects: [{ type: "ack", revision }] };
}

function recovered(memory: Memory, link: Link, env: Env): Memory {
  const steady = env.now - link.steadySince >= STEADY_MS;
  return { ...memory, troubled: false, failures: steady ? 0 : memory.failures };
}
