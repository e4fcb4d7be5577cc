/**
 * A stream as the driver sees it: it can be told what a client has to say, whichever way that travels.
 *
 *     websocket   hello and ack are frames
 *     sse         hello stands in the request, ack is a request of its own
 */
import { type ClientMessage, type HelloMessage, PROTOCOL_VERSION, type StateIdentity } from "@bannerol/protocol";
import type { HttpTransport, StreamTransport } from "../ports.ts";
import { endingOf } from "./ending.ts";
import { eventReader } from "./event-reader.ts";
import type { StreamEvent } from "./state.ts";
import type { StreamTransportName } from "./ways.ts";

/** Who says hello. The key travels in it only where the transport cannot set headers. */
export interface ConnectionIdentity {
  readonly key: string;
  readonly sdk: HelloMessage["sdk"];
  readonly instance: string;
  /** Unless named: `local`. */
  readonly evaluation?: HelloMessage["evaluation"];
}

export interface Line {
  readonly hello: (have: StateIdentity | undefined, first: boolean) => void;
  readonly acknowledge: (state: Pick<StateIdentity, "epoch" | "revision">) => void;
  readonly close: () => void;
}

export interface LineOptions {
  readonly ports: { readonly stream: StreamTransport; readonly http: HttpTransport };
  readonly identity: ConnectionIdentity;
  /** What the stream says. */
  readonly tell: (event: StreamEvent) => void;
}

/** Longer than the watchdog, which decides. */
const EVENTS_IDLE_MS = 60_000;
const ACK_TIMEOUT_MS = 15_000;
/** A stream has no end; timers take no more than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export function openLine(
  options: LineOptions,
  { transport, have }: { readonly transport: StreamTransportName; readonly have: StateIdentity | undefined },
): Line {
  return transport === "sse" ? openEvents(options, have) : openWebSocket(options);
}

function openWebSocket({ ports: { stream: transport }, identity, tell }: LineOptions): Line {
  const { key, sdk, instance, evaluation } = identity;
  const stream = transport.open({
    opened: () => tell({ type: "opened" }),
    message: (text) => tell({ type: "message", text }),
    closed: (ending) => tell({ type: "closed", ending }),
  });
  const send = (message: ClientMessage): void => stream.send(JSON.stringify(message));
  return {
    hello: (have, first) =>
      send({
        type: "hello",
        protocol: PROTOCOL_VERSION,
        ...(first && transport.keyInHello && { key }),
        sdk,
        instance,
        ...(have && { have }),
        ...(evaluation && { evaluation }),
      }),
    acknowledge: ({ revision }) => send({ type: "ack", revision }),
    close: () => stream.close(),
  };
}

function openEvents({ ports: { http }, identity, tell }: LineOptions, have: StateIdentity | undefined): Line {
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

/** Who asks, as in `hello`, so that it is not taken for another. */
export function askerOf({ instance, sdk, evaluation }: ConnectionIdentity): string {
  const where = evaluation === undefined ? "" : `&evaluation=${evaluation}`;
  return `instance=${encodeURIComponent(instance)}&sdk=${encodeURIComponent(`${sdk.name}/${sdk.version}`)}${where}`;
}

function eventIdOf({ epoch, revision, checksum }: StateIdentity): string {
  return `${encodeURIComponent(epoch)}:${revision}:${checksum}`;
}
