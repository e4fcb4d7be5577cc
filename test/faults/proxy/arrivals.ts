/** What can happen to who connects to a fault proxy. */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { endSocket } from "./end.ts";

/** Takes the connection over, or answers `pass`, and it goes on to the server. */
export type Arrival = (socket: Socket) => "pass" | undefined;

export const pass: Arrival = () => "pass";

/** Accepts, and says nothing. */
export const staySilent: Arrival = (socket) => {
  socket.resume();
  return undefined;
};

/** Accepts, and ends the connection at once. */
export const hangUp: Arrival = (socket) => {
  socket.resume().end();
  return undefined;
};

/** Accepts, and resets the connection at once. */
export const reset: Arrival = (socket) => {
  endSocket(socket, "reset");
  return undefined;
};

/** Answers every request with these bytes, and ends. */
export const answer =
  (text: string): Arrival =>
  (socket) => {
    socket.once("data", () => socket.end(text));
    return undefined;
  };

/** A gateway's page, of whatever status. */
export const page = (status: string): Arrival => {
  const html = "<!doctype html><title>Gateway</title><h1>Something went wrong</h1>";
  return answer(
    `HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nContent-Length: ${html.length}\r\nConnection: close\r\n\r\n${html}`,
  );
};

/** Opens a WebSocket as it should be opened, and sends these bytes on it, then ends. */
export const upgrade =
  (bytes: Buffer = Buffer.alloc(0)): Arrival =>
  (socket) => {
    socket.once("data", (request: Buffer) => {
      const key = /sec-websocket-key: *(\S+)/i.exec(request.toString("latin1"))?.[1] ?? "";
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
      socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
      socket.end(bytes);
    });
    return undefined;
  };
