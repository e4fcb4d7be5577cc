import type { Duplex } from "node:stream";
import type { HubSocket } from "@bannerol/hub";
import { MAX_CLIENT_FRAME_BYTES } from "@bannerol/protocol";
import { WebSocket, WebSocketServer } from "ws";

const { OPEN } = WebSocket;

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

/**
 * The hub's port on one WebSocket. What is sent goes straight to the connection beneath: `ws` would make each frame anew
 * for each connection, and write it in two parts. What `ws` writes itself (pongs, the close) it writes at once and whole,
 * so the two do not mix.
 */
export function hubSocket(socket: WebSocket, beneath: Duplex): HubSocket {
  return {
    transport: "websocket",
    get unsentBytes() {
      return beneath.writableLength;
    },
    send(message, flushed) {
      if (socket.readyState !== OPEN) return;
      beneath.write(framed(message), (error) => {
        if (!error) flushed();
      });
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

// One encoding goes to every connection, and so does one frame.
const known = new WeakMap<Uint8Array, Uint8Array>();

function framed(message: Uint8Array): Uint8Array {
  let frame = known.get(message);
  if (frame === undefined) {
    frame = textFrame(message);
    known.set(message, frame);
  }
  return frame;
}

/** A whole text message of a server, unmasked: RFC 6455, section 5.2. */
export function textFrame(message: Uint8Array): Uint8Array {
  return Buffer.concat([frameHeader(message.length), message]);
}

function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([WHOLE_TEXT, length]);
  const isLong = length > 0xffff;
  const header = Buffer.alloc(isLong ? 10 : 4);
  header.set([WHOLE_TEXT, isLong ? 127 : 126]);
  if (isLong) header.writeBigUInt64BE(BigInt(length), 2);
  else header.writeUInt16BE(length, 2);
  return header;
}

/** The bit of a last fragment, and the code of text. */
const WHOLE_TEXT = 0x81;
