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
import type { Admit, Grant, Hub, KeyRefusal } from "@bannerol/hub";
import { CloseCode } from "@bannerol/protocol";
import type { WebSocket } from "ws";
import { bearerOf } from "../auth/authenticate.ts";
import type { Refusal } from "../http/refusal.ts";
import { endWithProblem } from "../http/socket-problem.ts";
import type { Admission } from "./admission.ts";
import { createWebSocketServer, hubSocket } from "./websocket.ts";

export const STREAM_PATH = "/sdk/v1/stream";

export interface UpgradePorts {
  readonly hub: Hub;
  readonly admission: Pick<Admission, "admit">;
  /** `origin` is the `Origin` header of the handshake: only browsers send one. */
  readonly authenticate: (key: string, origin: string | undefined) => Promise<Grant | Refusal>;
  readonly monotonic: () => number;
  readonly random: () => number;
}

/** Serves the stream on an HTTP server. The answer ends it: later handshakes find nobody. */
export function attachStream(server: Server, ports: UpgradePorts): () => void {
  const sockets = createWebSocketServer();
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A peer that vanishes in mid-handshake is no event; without a listener it would be an uncaught one.
    socket.on("error", () => socket.destroy());
    admit(request, ports).then(
      (admitted) => {
        if ("code" in admitted) return endWithProblem(socket, admitted);
        sockets.handleUpgrade(request, socket, head, (webSocket) => join(webSocket, ports.hub, admitted.admit));
      },
      () => endWithProblem(socket, { code: "internal", detail: "The handshake failed. Try again." }),
    );
  };
  server.on("upgrade", onUpgrade);
  return () => server.off("upgrade", onUpgrade);
}

function join(webSocket: WebSocket, hub: Hub, admit: Admit): void {
  const connection = hub.accept(hubSocket(webSocket), admit);
  // Messages are text; a binary frame is as malformed as any other that is no JSON.
  webSocket.on("message", (data, isBinary) => connection.receive(isBinary ? "" : data.toString()));
  webSocket.on("close", () => connection.closed());
  webSocket.on("error", () => connection.closed());
}

async function admit(request: IncomingMessage, ports: UpgradePorts): Promise<{ readonly admit: Admit } | Refusal> {
  if (pathOf(request) !== STREAM_PATH) {
    return { code: "not_found", detail: `No stream is served here. Streams are at ${STREAM_PATH}.` };
  }
  if (!ports.admission.admit(ports.monotonic())) {
    const retryAfter = 1 + Math.floor(ports.random() * 30);
    return { code: "try_later", detail: "Too many handshakes at once. Come back when told.", retryAfter };
  }
  const { authorization, origin } = request.headers;
  if (authorization === undefined) return { admit: (key) => admitByHello(key, origin, ports) };
  const grant = await ports.authenticate(bearerOf(authorization) ?? "", origin);
  return "code" in grant ? grant : { admit: grant };
}

async function admitByHello(key: string, origin: string | undefined, ports: UpgradePorts): Promise<Grant | KeyRefusal> {
  const grant = await ports.authenticate(key, origin);
  return "code" in grant ? { closeCode: CloseCode.unauthorized, detail: grant.detail } : grant;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
