import type { HubSocket } from "@bannerol/hub";
import { MAX_CLIENT_FRAME_BYTES } from "@bannerol/protocol";
import { type WebSocket, WebSocketServer } from "ws";

/** A WebSocket server without a listener of its own: `upgrade.ts` hands sockets to it. */
export function createWebSocketServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_FRAME_BYTES,
    maxFragments: 16,
    maxBufferedChunks: 256,
    // Without this, `ws` echoes the client's first subprotocol, which has leaked keys that browsers put there.
    handleProtocols: () => false,
  });
}

/** The hub's port on one WebSocket. */
export function hubSocket(socket: WebSocket): HubSocket {
  return {
    transport: "websocket",
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    send(frame, flushed) {
      socket.send(frame, { binary: false, fin: true }, (error) => {
        if (!error) flushed();
      });
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}
