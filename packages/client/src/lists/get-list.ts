/** Brings a list by HTTP, reading it as it arrives. */
import { applyListDelta, type DecodedList, type KeyList, ListDecoder } from "@bannerol/core";
import { endingOf } from "../connection/ending.ts";
import type { Clock, HttpAnswer, HttpTransport, Timers } from "../ports.ts";
import { reasonOf } from "../tell.ts";
import { inTurns } from "../turns.ts";
import type { GateEffect, GateEvent } from "./gate.ts";

const IDLE_MS = 15_000;
const TIMEOUT_MS = 5 * 60_000;

export interface ListPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly http: HttpTransport;
}

type Outcome = Extract<GateEvent, { readonly type: "arrived" | "failed" }>;

/** `done` is called once, unless the answer of this call cancelled it before. */
export function getList(
  ports: ListPorts,
  { list, epoch, have }: Extract<GateEffect, { readonly type: "fetch" }>,
  { limitBytes, done }: { readonly limitBytes: number; readonly done: (outcome: Outcome) => void },
): () => void {
  const decoder = new ListDecoder();
  let unreadable: string | undefined;
  const bytes = (chunk: Uint8Array): void => {
    try {
      if (unreadable === undefined) decoder.push(chunk);
    } catch (error) {
      unreadable = reasonOf(error);
    }
  };
  let cancelWork: (() => void) | undefined;
  const query = have === undefined ? "" : `?since=${have.version}&epoch=${encodeURIComponent(epoch)}`;
  const path = `/sdk/v1/lists/${encodeURIComponent(list)}${query}`;
  const request = {
    path,
    headers: { accept: "application/octet-stream" },
    limitBytes,
    idleTimeoutMs: IDLE_MS,
    timeoutMs: TIMEOUT_MS,
    bytes,
  };
  const cancelRequest = ports.http.get(request, (answer) => {
    const failure = failureOf(answer, epoch, unreadable);
    if (failure !== undefined) done(failure);
    else cancelWork = finish(ports, { decoder, have }, done);
  });
  return () => {
    cancelRequest();
    cancelWork?.();
  };
}

function failureOf(answer: HttpAnswer, epoch: string, unreadable: string | undefined): Outcome | undefined {
  if (!answer.ok) return { type: "failed", ending: { reason: answer.reason } };
  if (answer.status !== 200) return { type: "failed", ending: endingOf(answer) };
  // Versions compare within an epoch alone, and another node may have gone on to the next.
  if ((answer.headers.get("bannerol-epoch") ?? epoch) !== epoch) {
    return { type: "failed", ending: { reason: "The list came from a node that follows another epoch." } };
  }
  return unreadable === undefined ? undefined : { type: "failed", ending: { reason: unreadable } };
}

/** The list that came, or the one in hand with what changed; the answer cancels it. */
function finish(
  ports: ListPorts,
  { decoder, have }: { readonly decoder: ListDecoder; readonly have: KeyList | undefined },
  done: (outcome: Outcome) => void,
): (() => void) | undefined {
  const found = readWhole(decoder);
  if ("reason" in found) done({ type: "failed", ending: found });
  else if (found.kind === "list") done({ type: "arrived", list: found.list });
  else if (have === undefined)
    done({ type: "failed", ending: { reason: "A change came in place of the whole list." } });
  else
    return inTurns(ports, applyListDelta(have, found.delta), (applied) =>
      done(
        applied.ok
          ? { type: "arrived", list: applied.value }
          : { type: "failed", ending: { reason: reasonOf(applied.error) }, misfit: true },
      ),
    );
  return undefined;
}

function readWhole(decoder: ListDecoder): DecodedList | { readonly reason: string } {
  try {
    return decoder.finish();
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
