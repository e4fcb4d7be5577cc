/**
 * Holds a ruleset back until the lists of keys that it names are there. Pure: `listed-feed.ts` performs what it returns.
 *
 *     install ─► pending ─┬─ all lists held ─► serve, with them
 *                         └─ one is missing ─► fetch it ─┬─ arrived ─► look again
 *                                                        └─ failed ──► wait ─► fetch again
 *
 * What is served goes on being served meanwhile. A newer ruleset takes the place of one that waits, so at most one does.
 * Lists are asked for one at a time. Times are monotonic milliseconds.
 */
import type { KeyList, KeyLists, Ruleset } from "@bannerol/core";
import { backoffMs, refusedMs } from "../connection/backoff.ts";
import { isRefusal, LONGEST_SERVER_WAIT_MS } from "../connection/failure.ts";
import type { ConnectionProblem, Env } from "../connection/state.ts";
import type { Ending } from "../ports.ts";
import { type ListNeed, neededLists } from "./needs.ts";

export interface GateState {
  /** The lists in force, and those that came for the ruleset that waits; of one epoch. */
  readonly held: KeyLists;
  readonly epoch: string | undefined;
  readonly pending: Ruleset | undefined;
  readonly inFlight: ListNeed | undefined;
  /** Ask for this list whole, since what changed did not fit. */
  readonly whole: string | undefined;
  /** The exponent of the next wait. */
  readonly failures: number;
  readonly failedAt: number;
  /** That a list does not come was reported, and none that was waited for has come since. */
  readonly told: boolean;
  /** No request leaves before this. */
  readonly notBefore: number;
}

export type GateEvent =
  /** What the process has from elsewhere is served already, with these lists. */
  | { readonly type: "start"; readonly ruleset: Ruleset | undefined; readonly lists?: KeyLists | undefined }
  | { readonly type: "install"; readonly ruleset: Ruleset }
  | { readonly type: "arrived"; readonly list: KeyList }
  /** `misfit`: what changed is for another list than the one in hand. */
  | { readonly type: "failed"; readonly ending: Ending; readonly misfit?: boolean }
  | { readonly type: "timer" }
  | { readonly type: "close" };

export type GateEffect =
  /** With `have`, what changed since; else all of it. */
  | { readonly type: "fetch"; readonly list: string; readonly epoch: string; readonly have: KeyList | undefined }
  | { readonly type: "cancel" }
  | { readonly type: "serve"; readonly ruleset: Ruleset; readonly lists: KeyLists }
  | { readonly type: "report"; readonly problem: ConnectionProblem };

export interface GateStep {
  readonly state: GateState;
  readonly effects: readonly GateEffect[];
}

/**
 * After this long without a failed try, waits start from the shortest again. Lists that come do not do it alone: a server
 * that lets some pass would be asked again and again.
 */
const STEADY_MS = 60_000;
/** However fast rulesets follow each other, this long passes between two that bring lists. */
const MIN_ROUND_MS = 1_000;

export const emptyGate: GateState = {
  held: new Map(),
  epoch: undefined,
  pending: undefined,
  inFlight: undefined,
  whole: undefined,
  failures: 0,
  failedAt: Number.NEGATIVE_INFINITY,
  told: false,
  notBefore: Number.NEGATIVE_INFINITY,
};

export function stepGate(state: GateState, event: GateEvent, env: Env): GateStep {
  switch (event.type) {
    case "start":
      return start(state, event, env);
    case "install":
      return advance(pend(state, event.ruleset), env);
    case "arrived":
      return arrived(state, event.list, env);
    case "failed":
      return failed(state, event, env);
    case "timer":
      return advance({ state, effects: [] }, env);
    case "close":
      return cancelled({ ...state, pending: undefined });
  }
}

/** When the gate has something to do by itself. */
export function gateAlarm({ pending, inFlight, notBefore }: GateState): number | undefined {
  return pending === undefined || inFlight !== undefined ? undefined : notBefore;
}

/** What is there already is brought the lists that it lacks; it needs none of them to go on as it is. */
function start(
  state: GateState,
  { ruleset, lists = emptyGate.held }: Extract<GateEvent, { readonly type: "start" }>,
  env: Env,
): GateStep {
  if (ruleset === undefined) return { state, effects: [] };
  const having = { ...state, epoch: ruleset.epoch, held: lists };
  if (neededLists(ruleset).every((need) => isHeld(lists, need))) return { state: having, effects: [] };
  return advance(pend(having, ruleset), env);
}

/** Versions compare only within an epoch. A request for what nobody needs any more is given up. */
function pend(state: GateState, ruleset: Ruleset): GateStep {
  const same = state.epoch === ruleset.epoch;
  const next = { ...state, epoch: ruleset.epoch, pending: ruleset, held: same ? state.held : emptyGate.held };
  const { inFlight } = state;
  const useful = same && neededLists(ruleset).some(({ list }) => list === inFlight?.list);
  return inFlight === undefined || useful ? { state: next, effects: [] } : cancelled(next);
}

function cancelled(state: GateState): GateStep {
  return {
    state: { ...state, inFlight: undefined },
    effects: state.inFlight === undefined ? [] : [{ type: "cancel" }],
  };
}

function advance({ state, effects }: GateStep, env: Env): GateStep {
  const { pending, held, inFlight } = state;
  if (pending === undefined) return { state, effects };
  const needs = neededLists(pending);
  const missing = needs.find((need) => !isHeld(held, need));
  if (missing === undefined) return served(cancelled(state), { effects, needs, pending }, env);
  if (inFlight !== undefined || state.notBefore > env.now) return { state, effects };
  const { list } = missing;
  const have = state.whole === list ? undefined : held.get(list);
  const fetch: GateEffect = { type: "fetch", list, epoch: pending.epoch, have };
  return { state: { ...state, inFlight: missing }, effects: [...effects, fetch] };
}

function isHeld(held: KeyLists, { list, version }: ListNeed): boolean {
  return (held.get(list)?.version ?? -1) >= version;
}

function served(
  { state, effects: ended }: GateStep,
  { effects, needs, pending }: { effects: readonly GateEffect[]; needs: readonly ListNeed[]; pending: Ruleset },
  env: Env,
): GateStep {
  const named = needs.flatMap(({ list }) => [...state.held].filter(([id]) => id === list));
  const lists: KeyLists = new Map(named);
  const notBefore = needs.length === 0 ? state.notBefore : Math.max(state.notBefore, env.now + MIN_ROUND_MS);
  const failures = env.now - state.failedAt >= STEADY_MS ? 0 : state.failures;
  return {
    state: { ...state, held: lists, pending: undefined, whole: undefined, failures, told: false, notBefore },
    effects: [...effects, ...ended, { type: "serve", ruleset: pending, lists }],
  };
}

function arrived(state: GateState, list: KeyList, env: Env): GateStep {
  const { inFlight, pending } = state;
  if (inFlight === undefined || pending === undefined) return { state, effects: [] };
  const need = neededLists(pending).find((each) => each.list === inFlight.list);
  // A ruleset that came meanwhile may speak of a newer version than the one that was asked for.
  if (list.version < inFlight.version) {
    return failed(state, { ending: { reason: "The server gave an older list than its ruleset names." } }, env);
  }
  const held = need === undefined ? state.held : new Map([...state.held, [inFlight.list, list] as const]);
  return advance({ state: { ...state, held, inFlight: undefined, whole: undefined }, effects: [] }, env);
}

/** Like any failed try: a wait of its own before the next, and never less than the server asked for. */
function failed(
  state: GateState,
  { ending, misfit = false }: { readonly ending: Ending; readonly misfit?: boolean },
  env: Env,
): GateStep {
  const { inFlight } = state;
  if (inFlight === undefined) return { state, effects: [] };
  const wait = isRefusal(ending) ? refusedMs(env.random()) : backoffMs(state.failures, env.random());
  const asked = Math.min(ending.retryAfterMs ?? 0, LONGEST_SERVER_WAIT_MS);
  const message = `The list ${inFlight.list} could not be fetched: ${ending.reason} Evaluation goes on with the state before it; the client tries again by itself.`;
  const problem = { code: "list_missing", message } as const;
  return {
    state: {
      ...state,
      inFlight: undefined,
      whole: misfit ? inFlight.list : state.whole,
      failures: state.failures + 1,
      failedAt: env.now,
      told: true,
      notBefore: env.now + Math.max(wait, asked),
    },
    effects: state.told ? [] : [{ type: "report", problem }],
  };
}
