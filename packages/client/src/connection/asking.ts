/** Asking for the ruleset by HTTP, and taking up the answer. Pure. */
import type { Ending } from "../ports.ts";
import { receiveBody } from "./receive.ts";
import { type Effect, type Env, type Fetched, identityOf, type Memory } from "./state.ts";

/** However often there is a reason to ask, this long passes after an answer. */
export const MIN_FETCH_GAP_MS = 5_000;

/** Why an answer is none; `whole`: what changed did not fit, so ask for all of it. */
export interface FailedAnswer {
  readonly ending: Ending;
  readonly whole?: boolean;
}

export function ask(memory: Memory, whole: boolean): Effect {
  const have = whole ? undefined : identityOf(memory);
  return {
    type: "fetch",
    since: have && { epoch: have.epoch, revision: have.revision },
    etag: whole ? undefined : etagOf(memory),
  };
}

/** The memory after the answer, or why it is none. */
export function takeAnswer(before: Memory, fetched: Fetched, env: Env): Memory | FailedAnswer {
  const memory: Memory = { ...before, fetchedAt: env.now };
  if (fetched.unchanged) {
    if (memory.ruleset !== undefined) return readUpTo(memory, fetched.upTo);
    return { ending: { reason: "The server said that nothing changed, but there was nothing." } };
  }
  const received = receiveBody(memory, fetched.body);
  if (received.kind === "applied") return readUpTo(withEtag(received.memory, fetched.etag), fetched.upTo);
  if (received.kind === "unreadable") return { ending: { reason: `${received.reason}.` } };
  const ending = { reason: "The answer does not continue the state in hand." };
  return { ending, whole: received.kind === "misfit" };
}

/** The state in hand is the newest, as far as the server has read the log. */
export function readUpTo(memory: Memory, upTo = 0): Memory {
  return { ...memory, upTo: Math.max(memory.upTo, upTo) };
}

function withEtag(memory: Memory, value: string | undefined): Memory {
  const identity = identityOf(memory);
  return { ...memory, etag: value === undefined || identity === undefined ? undefined : { ...identity, value } };
}

function etagOf(memory: Memory): string | undefined {
  const { etag } = memory;
  const have = identityOf(memory);
  const same = etag?.epoch === have?.epoch && etag?.revision === have?.revision && etag?.checksum === have?.checksum;
  return same ? etag?.value : undefined;
}
