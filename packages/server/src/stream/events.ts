/**
 * The stream for those who cannot have a WebSocket: the same messages, from the same hub, as Server-Sent Events.
 *
 *     GET  ─► rate ─► place ─► EventSocket ─► hub, which is greeted in the client's name
 *             503     503
 *     POST ack ─► the client's connection, if it is here
 */
import type { Connection, Grant, Hub } from "@bannerol/hub";
import { type HelloMessage, PROTOCOL_VERSION, type StateIdentity } from "@bannerol/protocol";
import type { KeyGrant } from "../auth/authenticate.ts";
import type { Refusal } from "../http/refusal.ts";
import type { Admission } from "./admission.ts";
import { EventSocket } from "./event-socket.ts";
import type { Places } from "./places.ts";
import { noPlace, tooManyHandshakes } from "./refusals.ts";

/** What a client says in its request, as another says in its hello. */
export interface EventRequest {
  readonly key: KeyGrant;
  readonly sdk: HelloMessage["sdk"];
  /** "" where it named none: then it is told from others of its key by what it was sent alone. */
  readonly instance: string;
  readonly have: StateIdentity | undefined;
  readonly evaluation: "local" | "remote";
  /** Of the peer, where it is known. */
  readonly address?: string | undefined;
  /** Ends the connection beneath. */
  readonly cut: () => void;
}

/** Word of a client that it has applied a state. */
export interface Acknowledgement {
  readonly key: KeyGrant;
  readonly instance: string;
  readonly epoch: string;
  readonly revision: number;
}

/** What requests ask of the stream. */
export interface EventStreams {
  /** The body of an answer that goes on until either end ends it; or why there is none. */
  open(request: EventRequest): ReadableStream<Uint8Array> | Refusal;
  /** Whether the client is connected here, and was sent that state. */
  acknowledge(acknowledgement: Acknowledgement): boolean;
  /** Whether somebody streams here, by whichever transport, with this key from this address. */
  streamsFrom(keyId: string, address: string | undefined): boolean;
}

export interface EventPorts {
  readonly hub: Hub;
  readonly admission: Pick<Admission, "admit">;
  readonly places: Places;
  readonly grant: (key: KeyGrant) => Grant;
  readonly monotonic: () => number;
  readonly random: () => number;
}

export class Events implements EventStreams {
  readonly #ports: EventPorts;
  /** By key and instance. */
  readonly #connections = new Map<string, Set<Connection>>();

  constructor(ports: EventPorts) {
    this.#ports = ports;
  }

  open(request: EventRequest): ReadableStream<Uint8Array> | Refusal {
    const { hub, admission, places, monotonic, random } = this.#ports;
    const admitted = admission.admit(monotonic());
    if (admitted !== true) return tooManyHandshakes(admitted.retryAfter);
    const leave = places.take({ ...request.key, address: request.address });
    if (leave === undefined) return noPlace(places.limits, random);
    const gone = () => {
      leave();
      this.#forget(request, connection);
      connection.closed();
    };
    const socket = new EventSocket({ cut: request.cut, gone });
    const connection = hub.accept(socket, this.#ports.grant(request.key));
    this.#remember(request, connection);
    connection.greet(helloOf(request));
    return socket.body;
  }

  acknowledge({ key, instance, epoch, revision }: Acknowledgement): boolean {
    const connections = [...(this.#connections.get(nameOf(key, instance)) ?? [])];
    // Those that named no instance are alike, so each acknowledgement counts for one that has not given it yet.
    const owing = connections.find((one) => one.acknowledged < revision) ?? connections[0];
    return owing?.acknowledge(revision, epoch) ?? false;
  }

  streamsFrom(keyId: string, address: string | undefined): boolean {
    return this.#ports.places.has(keyId, address);
  }

  #remember({ key, instance }: EventRequest, connection: Connection): void {
    const name = nameOf(key, instance);
    const connections = this.#connections.get(name) ?? new Set();
    this.#connections.set(name, connections.add(connection));
  }

  #forget({ key, instance }: EventRequest, connection: Connection): void {
    const name = nameOf(key, instance);
    const connections = this.#connections.get(name);
    connections?.delete(connection);
    if (connections?.size === 0) this.#connections.delete(name);
  }
}

function helloOf({ sdk, instance, have, evaluation }: EventRequest): HelloMessage {
  const state = have === undefined ? {} : { have };
  return { type: "hello", protocol: PROTOCOL_VERSION, sdk, instance, evaluation, ...state };
}

function nameOf({ keyId }: KeyGrant, instance: string): string {
  return `${keyId} ${instance}`;
}
