/** A stream by Server-Sent Events, for where a WebSocket does not get through. An `ack` is a request of its own. */
import type { StateIdentity } from "@bannerol/protocol";
import type { HttpTransport } from "../ports.ts";
import { endingOf } from "./ending.ts";
import { eventReader } from "./event-reader.ts";
import { askerOf, type Line, type LineOptions } from "./line.ts";

/** Longer than the watchdog, which decides. */
const EVENTS_IDLE_MS = 60_000;
const ACK_TIMEOUT_MS = 15_000;
/** A stream has no end; timers take no more than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

interface EventsOptions extends Pick<LineOptions, "identity" | "tell"> {
  readonly ports: { readonly http: HttpTransport };
}

export function openEvents({ ports: { http }, identity, tell }: EventsOptions, have: StateIdentity | undefined): Line {
  let opened = false;
  let cancel: (() => void) | undefined;
  let cancelAck: (() => void) | undefined;
  const read = eventReader((text) => tell({ type: "message", text }));
  const bytes = (chunk: Uint8Array): void => {
    if (!opened) tell({ type: "opened" });
    opened = true;
    if (read(chunk)) return;
    cancel?.();
    tell({ type: "closed", ending: { reason: "It sent an event without end." } });
  };
  cancel = http.get(
    {
      path: `/sdk/v1/stream?${askerOf(identity)}`,
      headers: { accept: "text/event-stream", ...(have && { "last-event-id": eventIdOf(have) }) },
      limitBytes: Number.MAX_SAFE_INTEGER,
      idleTimeoutMs: EVENTS_IDLE_MS,
      timeoutMs: LONGEST_TIMEOUT_MS,
      bytes,
    },
    (answer) => {
      if (!answer.ok) tell({ type: "closed", ending: { reason: answer.reason } });
      else if (answer.status !== 200) tell({ type: "closed", ending: endingOf(answer) });
      else tell({ type: "closed", ending: { reason: "It ended the stream." } });
    },
  );
  return {
    hello: () => undefined,
    acknowledge({ epoch, revision }) {
      cancelAck?.();
      const limits = { limitBytes: 0, idleTimeoutMs: ACK_TIMEOUT_MS, timeoutMs: ACK_TIMEOUT_MS };
      const body = JSON.stringify({ instance: identity.instance, epoch, revision });
      cancelAck = http.post({ path: "/sdk/v1/ack", headers: {}, body, ...limits }, (answer) => {
        if (!answer.ok || answer.status >= 300) tell({ type: "ackFailed" });
      });
    },
    close() {
      cancel?.();
      cancelAck?.();
    },
  };
}

function eventIdOf({ epoch, revision, checksum }: StateIdentity): string {
  return `${encodeURIComponent(epoch)}:${revision}:${checksum}`;
}
