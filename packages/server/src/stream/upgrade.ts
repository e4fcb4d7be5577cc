/**
 * The door of the stream: decides, before anything is allocated for it, whether a handshake becomes a connection.
 *
 *     upgrade ─► path ─► rate ─► key in the header, if any ─► WebSocket ─► hub
 *                404      503     401, 403
 *
 * A browser's WebSocket cannot set headers; its key comes in `hello`, and the hub asks for it there.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Admit, Connection, KeyRefusal } from "@bannerol/hub";
import { CloseCode } from "@bannerol/protocol";
import type { WebSocket } from "ws";
import { type Authenticator, bearerOf, type KeyGrant } from "../auth/authenticate.ts";
import { peerAddress } from "../http/peer-address.ts";
import type { Refusal } from "../http/refusal.ts";
import { endWithProblem } from "../http/socket-problem.ts";
import type { EventPorts } from "./events.ts";
import { noPlace, tooManyHandshakes } from "./refusals.ts";
import { createWebSocketServer, hubSocket } from "./websocket.ts";

export const STREAM_PATH = "/sdk/v1/stream";

export interface UpgradePorts extends EventPorts {
  readonly authenticate: Authenticator["authenticateKey"];
  /** How many proxies stand in front. */
  readonly proxies: number;
}

/** Serves the stream on an HTTP server. The answer ends it: later handshakes find nobody. */
export function attachStream(server: Server, ports: UpgradePorts): () => void {
  const sockets = createWebSocketServer();
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    endOnError(socket);
    const answered = knock(request, ports).then(
      (key) => {
        const guest = enter(request, key, ports);
        if ("code" in guest) return endWithProblem(socket, guest);
        // Whether or not a WebSocket comes of it, its place is given back when the socket ends.
        socket.on("close", guest.leave);
        if (socket.destroyed) return guest.leave();
        sockets.handleUpgrade(request, socket, head, (webSocket) =>
          join(ports.hub.accept(hubSocket(webSocket, socket), guest.admit), webSocket),
        );
      },
      () => endWithProblem(socket, { code: "internal", detail: "The handshake failed. Try again." }),
    );
    // Whatever was begun by then is no stream.
    answered.catch(() => socket.destroy());
  };
  server.on("upgrade", onUpgrade);
  return () => server.off("upgrade", onUpgrade);
}

/**
 * A peer that vanishes in mid-handshake is no event; without a listener it would be an uncaught one. A function of its own:
 * the listener lives as long as the connection, and would keep the request of the handshake, which it does not see here.
 */
function endOnError(socket: Duplex): void {
  socket.on("error", () => socket.destroy());
}

function join(connection: Connection, webSocket: WebSocket): void {
  // Messages are text; a binary frame is as malformed as any other that is no JSON.
  webSocket.on("message", (data, isBinary) => connection.receive(isBinary ? "" : data.toString()));
  webSocket.on("close", () => connection.closed());
  webSocket.on("error", () => connection.closed());
}

/** The key in the header; `undefined` where there is none. */
async function knock(request: IncomingMessage, ports: UpgradePorts): Promise<KeyGrant | Refusal | undefined> {
  if (pathOf(request) !== STREAM_PATH) {
    return { code: "not_found", detail: `No stream is served here. Streams are at ${STREAM_PATH}.` };
  }
  const admitted = ports.admission.admit(ports.monotonic());
  if (admitted !== true) return tooManyHandshakes(admitted.retryAfter);
  const { authorization, origin } = request.headers;
  if (authorization === undefined) return undefined;
  return ports.authenticate(bearerOf(authorization) ?? "", { origin, address: peerAddress(request, ports.proxies) });
}

/** Who may come in, and what gives the place back that it takes. */
interface Guest {
  readonly admit: Admit;
  readonly leave: () => void;
}

function enter(request: IncomingMessage, key: KeyGrant | Refusal | undefined, ports: UpgradePorts): Guest | Refusal {
  if (key === undefined) return lateGuest(request, ports);
  if ("code" in key) return key;
  const leave = ports.places.take({ ...key, address: peerAddress(request, ports.proxies) });
  return leave === undefined ? noPlace(ports.places.limits, ports.random) : { admit: ports.grant(key), leave };
}

/** One whose key comes in its hello, and takes its place then. */
function lateGuest(request: IncomingMessage, ports: UpgradePorts): Guest {
  const { socket } = request;
  const { origin } = request.headers;
  let leave = () => {};
  const address = peerAddress(request, ports.proxies);
  const admit = async (text: string) => {
    const key = await ports.authenticate(text, { origin, address });
    if ("code" in key && key.code === "too_many_requests") return refused(CloseCode.tryLater, key);
    if ("code" in key) return refused(CloseCode.unauthorized, { ...key, code: "key_invalid" });
    const taken = socket.destroyed ? undefined : ports.places.take({ ...key, address });
    if (taken === undefined) return refused(CloseCode.tryLater, noPlace(ports.places.limits, ports.random));
    leave = taken;
    return ports.grant(key);
  };
  return { admit, leave: () => leave() };
}

function refused(closeCode: CloseCode, { code, detail }: Refusal): KeyRefusal {
  return { closeCode, code, detail };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
