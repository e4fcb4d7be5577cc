/**
 * A stream as the driver sees it: it can be told what a client has to say, whichever way that travels.
 *
 *     websocket   hello and ack are frames
 *     sse         hello stands in the request, ack is a request of its own
 */
import { type ClientMessage, type HelloMessage, PROTOCOL_VERSION, type StateIdentity } from "@bannerol/protocol";
import type { StreamTransport } from "../ports.ts";
import type { StreamEvent } from "./state.ts";

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
  readonly ports: { readonly stream: StreamTransport };
  readonly identity: ConnectionIdentity;
  /** What the stream says. */
  readonly tell: (event: StreamEvent) => void;
}

type Loosely<T> = { [K in keyof T]: T[K] | undefined };

export function openWebSocket({ ports: { stream: transport }, identity, tell }: LineOptions): Line {
  const { key, sdk, instance, evaluation } = identity;
  const stream = transport.open({
    opened: () => tell({ type: "opened" }),
    message: (text) => tell({ type: "message", text }),
    closed: (ending) => tell({ type: "closed", ending }),
  });
  /** What is undefined is not sent. */
  const send = (message: Loosely<ClientMessage>): void => stream.send(JSON.stringify(message));
  return {
    hello: (have, first) =>
      send({
        type: "hello",
        protocol: PROTOCOL_VERSION,
        key: first && transport.keyInHello ? key : undefined,
        sdk,
        instance,
        have,
        evaluation,
      }),
    acknowledge: ({ revision }) => send({ type: "ack", revision }),
    close: () => stream.close(),
  };
}

/** Who asks, as in `hello`, so that it is not taken for another. */
export function askerOf({ instance, sdk, evaluation }: ConnectionIdentity): string {
  const where = evaluation === undefined ? "" : `&evaluation=${evaluation}`;
  return `instance=${encodeURIComponent(instance)}&sdk=${encodeURIComponent(`${sdk.name}/${sdk.version}`)}${where}`;
}
