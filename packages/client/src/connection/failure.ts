/**
 * What a failed try costs. Each request that came to nothing, stream or fetch, adds its own wait before the next one
 * of either kind; so whatever a server does, a client makes at most 26 tries in its first five minutes.
 */
import { CloseCode } from "@bannerol/protocol";
import type { Ending } from "../ports.ts";
import { backoffMs, refusedMs } from "./backoff.ts";
import type { ConnectionProblem, Effect, Env, LinkedState, Memory, StateOf, Step } from "./state.ts";
import { afterFailedStream, type Way } from "./ways.ts";

/** What a server may ask for by `Retry-After`, `afterMs` or a goodbye's window; more counts as this. */
export const LONGEST_SERVER_WAIT_MS = 60 * 60_000;

/** The memory after one failed try: a longer wait, and never less than the server asked for. */
export function afterFailure(memory: Memory, env: Env, serverWaitMs = 0): Memory {
  const own = Math.max(memory.notBefore, env.now) + backoffMs(memory.failures, env.random());
  const asked = env.now + Math.min(serverWaitMs, LONGEST_SERVER_WAIT_MS);
  return { ...memory, failures: memory.failures + 1, notBefore: Math.max(own, asked), troubled: true };
}

/** Whether the server refuses this client as it is, so that asking again soon is pointless. */
export function isRefusal(ending: Ending): boolean {
  return isRefusedKey(ending) || isOtherProtocol(ending);
}

/** How long the server asks a client to wait that it sent away like this. */
export function serverWaitMs(ending: Ending, env: Env): number | undefined {
  return isRefusal(ending) ? refusedMs(env.random()) : ending.retryAfterMs;
}

export interface Loss {
  readonly ending: Ending;
  readonly protocolError?: boolean;
  /** Nothing is wrong with the way in, and nothing to report. */
  readonly inOrder?: boolean;
  /** The stream is still open. */
  readonly disconnect?: boolean;
}

/** The connection is lost, or was never made: wait, then try again. */
export function lose(state: StateOf<"connecting"> | LinkedState, env: Env, loss: Loss): Step {
  const { protocolError = false, inOrder = false, disconnect = false } = loss;
  const ending = explained(state, loss.ending);
  const fetchWasOut = state.phase === "fetching" && state.fetching.inFlight;
  const memory = afterFailure(
    fetchWasOut ? afterFailure(state.memory, env) : state.memory,
    env,
    serverWaitMs(ending, env),
  );
  const way = inOrder || isRefusal(ending) ? memory.way : wayAfter(state, env);
  const { troubled } = state.memory;
  const problem = inOrder ? undefined : describe(ending, { troubled, protocolError });
  const effects: readonly (Effect | undefined)[] = [
    fetchWasOut ? { type: "cancelFetch" } : undefined,
    disconnect ? { type: "disconnect" } : undefined,
    problem && { type: "report", problem },
  ];
  return {
    state: { phase: "waiting", memory: { ...memory, way } },
    effects: effects.filter((effect) => effect !== undefined),
  };
}

/** What the server said before the end says more than the end itself, and, where there are no close codes, all of it. */
function explained(state: StateOf<"connecting"> | LinkedState, ending: Ending): Ending {
  const said = state.phase === "connecting" ? undefined : state.link.said;
  return said === undefined ? ending : { status: said.status, ...ending, reason: said.reason };
}

function wayAfter(state: StateOf<"connecting"> | LinkedState, env: Env): Way {
  const { way } = state.memory;
  return "link" in state && state.link.proven ? { ...way, failed: 0 } : afterFailedStream(way, env);
}

function isRefusedKey({ code, status }: Ending): boolean {
  return code === CloseCode.unauthorized || code === CloseCode.revoked || status === 401 || status === 403;
}

function isOtherProtocol({ code, status }: Ending): boolean {
  return code === CloseCode.protocolNotSpoken || status === 426;
}

/** What to tell of it. That a server is out of reach is told once, not at every try. */
export function describe(
  ending: Ending,
  { troubled, protocolError = false }: Pick<Memory, "troubled"> & { readonly protocolError?: boolean },
): ConnectionProblem | undefined {
  if (isRefusedKey(ending)) {
    const message = `The server refused the SDK key: ${ending.reason} Check the key and the environment that it was made for; the client tries again every few minutes.`;
    return { code: "key_refused", message };
  }
  if (isOtherProtocol(ending)) {
    const message = `The server does not speak this SDK's protocol: ${ending.reason} Use a version of the SDK that fits the server; the client tries again every few minutes.`;
    return { code: "protocol_not_spoken", message };
  }
  if (protocolError) {
    const message = `The server sent what this SDK cannot read: ${ending.reason}. The client connects anew. A proxy between the two may alter messages.`;
    return { code: "protocol_error", message };
  }
  if (troubled) return undefined;
  const message = `The server is out of reach: ${ending.reason} Evaluation goes on with the last known state, or with defaults where there is none; the client tries again by itself.`;
  return { code: "unreachable", message };
}
