/** A refusal written straight to a socket, where no HTTP response can be had: no request came of it, or an upgrade. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { problemCodes } from "@bannerol/protocol";
import type { Refusal } from "./refusal.ts";
import { safeHeaders } from "./safe-headers.ts";

/** Answers with the problem document, and ends the connection. */
export function endWithProblem(socket: Duplex, { code, detail, retryAfter }: Refusal): void {
  const { status, title } = problemCodes[code];
  const body = JSON.stringify({ type: `urn:bannerol:problem:${code}`, title, status, code, detail });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? title}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...safeHeaders.map(([name, value]) => `${name}: ${value}`),
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
