/** The stream by `ws`. It keeps no process alive, follows no redirect, and takes no frame that no server sends. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { type Ending, endingOf, type Stream, type StreamHandlers, type StreamTransport } from "@bannerol/client";
import WebSocket from "ws";
import { headersOf } from "./headers.ts";

/** A server sends at most 64 KiB in one frame; the rest is room for a newer one. */
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 16 * 1024;
/** How long a peer has to answer a closing handshake before its socket is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

const socketOptions = {
  perMessageDeflate: false,
  maxPayload: MAX_FRAME_BYTES,
  closeTimeout: CLOSE_TIMEOUT_MS,
  finishRequest(request: ClientRequest): void {
    // An unreferenced socket, connecting or idle, lets the process exit.
    request.on("socket", (socket) => socket.unref());
    request.end();
  },
};

export function webSocketTransport(server: URL, headers: { readonly [name: string]: string }): StreamTransport {
  const url = new URL("sdk/v1/stream", server);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return { keyInHello: false, open: (handlers) => openSoon(() => open(url, headers, handlers)) };
}

/**
 * Opens when the application's turn is over: the first socket has Node load what it knows of HTTP and TLS, 20 ms that an
 * application's first answers need not wait for.
 */
function openSoon(open: () => Stream): Stream {
  let connection: Stream | undefined;
  const opening = setImmediate(() => {
    connection = open();
  });
  return {
    send: (text) => connection?.send(text),
    close() {
      clearImmediate(opening);
      connection?.close();
    },
  };
}

function open(url: URL, headers: { readonly [name: string]: string }, handlers: StreamHandlers) {
  const socket = new WebSocket(url, { ...socketOptions, headers });
  let failure: string | undefined;
  let over = false;
  const end = (ending: Ending): void => {
    if (over) return;
    over = true;
    handlers.closed(ending);
  };
  socket.on("open", () => handlers.opened());
  socket.on("message", (data, isBinary) => handlers.message(isBinary ? "" : data.toString()));
  socket.on("error", (error) => {
    failure = error.message;
  });
  socket.on("close", (code, reason) => end({ code, reason: sentence(reason.toString(), failure, code) }));
  socket.on("unexpected-response", (request, response) => {
    readRefusal(response, (body) => {
      end(endingOf({ status: response.statusCode ?? 0, headers: headersOf(response), body }));
      request.destroy();
    });
  });
  return {
    send: (text: string) => socket.send(text, () => undefined),
    close() {
      over = true;
      socket.close(1000);
    },
  };
}

function readRefusal(response: IncomingMessage, done: (body: string) => void): void {
  let body = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    body += chunk;
    if (body.length > MAX_REFUSAL_BYTES) done("");
  });
  response.on("end", () => done(body));
  response.on("error", () => done(""));
}

function sentence(reason: string, failure: string | undefined, code: number): string {
  if (reason !== "") return `It said: ${reason}.`;
  return failure === undefined ? `It was closed (${code}).` : `${failure}.`;
}
