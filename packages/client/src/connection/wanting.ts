/**
 * Somebody waits for a change that may not alter the view, so that no delta will tell of it: the server is asked how far it
 * has read the log. Twice at most for each who waits, then its heartbeats tell. Pure.
 */
import { REHELLO_GAP_MS, resync } from "./live.ts";
import { earliestPoll, pollNow } from "./polling.ts";
import type { ConnectionState, Env, Memory, Step } from "./state.ts";

const ASKS = 2;

export function want<S extends ConnectionState>(state: S, { revision }: { readonly revision: number }): Step {
  const { memory } = state;
  // Whoever waits for more goes on waiting, though another waits for less.
  const wanted = { revision: Math.max(revision, memory.wanted?.revision ?? 0), asks: ASKS };
  return { state: { ...state, memory: { ...memory, wanted } }, effects: [] };
}

/** When the server is asked next; `undefined` where nobody waits, or it has been asked. */
export function wantAt(state: ConnectionState): number | undefined {
  const { wanted, upTo } = state.memory;
  if (wanted === undefined || wanted.asks === 0 || wanted.revision <= upTo) return undefined;
  if (state.phase === "polling") return state.polling.inFlight ? undefined : earliestPoll(state.memory);
  const canAsk = state.phase === "live" && state.link.transport === "websocket";
  return canAsk ? state.link.helloAt + REHELLO_GAP_MS : undefined;
}

export function askIfWanted(state: ConnectionState, env: Env): Step {
  const due = wantAt(state);
  if (due === undefined || due > env.now) return { state, effects: [] };
  const asked = { ...state, memory: askedOnce(state.memory) };
  if (asked.phase === "polling") return pollNow(asked, env);
  return asked.phase === "live" ? resync(asked, env) : { state, effects: [] };
}

function askedOnce(memory: Memory): Memory {
  const { wanted } = memory;
  return { ...memory, wanted: wanted && { ...wanted, asks: wanted.asks - 1 } };
}
