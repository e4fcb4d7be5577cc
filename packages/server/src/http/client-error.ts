/** What is no request at all, or one that never ends: answered as a problem too, and the connection ended. */
import type { Duplex } from "node:stream";
import type { Refusal } from "./refusal.ts";
import { endWithProblem } from "./socket-problem.ts";

const complaints: ReadonlyMap<string, Refusal> = new Map([
  [
    "HPE_HEADER_OVERFLOW",
    { code: "headers_too_large", detail: "The headers are larger than 16 KiB. Send fewer or shorter ones." },
  ],
  [
    "ERR_HTTP_REQUEST_TIMEOUT",
    { code: "request_timeout", detail: "The request did not arrive in time. Send it again, faster." },
  ],
]);

const malformed: Refusal = { code: "malformed_request", detail: "This is no HTTP request that can be read." };

/** For the `clientError` event of an HTTP server. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
  else endWithProblem(socket, complaints.get(error.code ?? "") ?? malformed);
}
