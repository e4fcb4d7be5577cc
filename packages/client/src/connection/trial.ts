/**
 * A WebSocket that is tried while another way goes on. It is a connection like any other until it brings a state: then it
 * takes the place of what went on, and until then it can do no harm to it. Pure.
 */
import { afterFailure } from "./failure.ts";
import { pollAfterFailure } from "./polling.ts";
import type {
  ConnectionEvent,
  ConnectionState,
  Effect,
  Env,
  EventOf,
  LinkedState,
  Memory,
  Step,
  StreamEffect,
  StreamEvent,
  Trial,
} from "./state.ts";
import { firstWay, webSocketAgainAt } from "./ways.ts";

/** Steps a connection by itself, without regard to a trial. */
type StepAlone = (state: ConnectionState, event: ConnectionEvent, env: Env) => Step;

/** When the next one begins; `undefined` where none does before something else happens. */
export function trialAt(state: ConnectionState): number | undefined {
  const { way, trial, notBefore } = state.memory;
  const goesOn = state.phase === "polling" || ("link" in state && state.link.confirmed);
  if (!goesOn || trial !== undefined || way.transport === "websocket") return undefined;
  return Math.max(way.webSocketAt, notBefore);
}

export function beginTrialIfDue(state: ConnectionState, env: Env, openTimeoutMs: number): Step {
  const at = trialAt(state);
  if (at === undefined || at > env.now) return { state, effects: [] };
  const trial: Trial = { phase: "connecting", transport: "websocket", giveUpAt: env.now + openTimeoutMs };
  const open: StreamEffect = { type: "open", transport: "websocket", have: undefined };
  return { state: withMemory(state, { ...state.memory, trial }), effects: [{ type: "trial", effect: open }] };
}

/** What its stream says, or its time: it is a connection that shares the memory of what goes on. */
export function stepTrial(
  state: ConnectionState,
  event: StreamEvent | EventOf<"timer">,
  env: Env,
  stepAlone: StepAlone,
): Step {
  const { trial } = state.memory;
  if (trial === undefined) return { state, effects: [] };
  const { state: after, effects } = stepAlone({ ...trial, memory: state.memory }, event, env);
  if (after.phase === "connecting" || after.phase === "greeting") {
    const { memory, ...goesOn } = after;
    return { state: withMemory(state, { ...memory, trial: goesOn }), effects: forTrial(effects) };
  }
  if ("link" in after) return promoted(state, { state: after, effects }, env);
  const memory = afterTrial(state.memory, after.memory, env);
  const goesOn = state.phase === "polling" ? pollAfterFailure(state, memory) : withMemory(state, memory);
  return { state: goesOn, effects: forTrial(effects) };
}

/** The trial brought a state: its connection is the one from now on. */
function promoted(
  state: ConnectionState,
  { state: won, effects }: Step & { readonly state: LinkedState },
  env: Env,
): Step {
  const memory: Memory = { ...won.memory, way: firstWay, trial: undefined };
  const promote: Effect = { type: "promote" };
  if (!isAsking(state)) return { state: { ...won, memory }, effects: [promote, ...effects] };
  // A request given up is a try like one that failed.
  return {
    state: { ...won, memory: afterFailure(memory, env) },
    effects: [{ type: "cancelFetch" }, promote, ...effects],
  };
}

/** A try that failed costs a wait, but what the server asked of the trial is not asked of the way that works. */
function afterTrial(memory: Memory, lost: Memory, env: Env): Memory {
  const webSocketAt = Math.max(webSocketAgainAt(env), lost.notBefore);
  const { troubled, way } = memory;
  return { ...afterFailure(memory, env), troubled, way: { ...way, webSocketAt }, trial: undefined };
}

/** Whether a request for the ruleset is out. */
export function isAsking(state: ConnectionState): boolean {
  if (state.phase === "fetching") return state.fetching.inFlight;
  return state.phase === "polling" && state.polling.inFlight;
}

function withMemory<S extends ConnectionState>(state: S, memory: Memory): S {
  return { ...state, memory };
}

/** What a trial does, it does with its own stream; what is wrong with it is no news while another way works. */
function forTrial(effects: readonly Effect[]): readonly Effect[] {
  return effects.flatMap((effect): readonly Effect[] => {
    if (effect.type === "open" || effect.type === "hello" || effect.type === "disconnect") {
      return [{ type: "trial", effect }];
    }
    return [];
  });
}
