/** The application on a socket, with the limits that only the HTTP server itself can keep. */
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { answerClientError } from "./client-error.ts";
import type { App } from "./mount.ts";
import { problemResponse } from "./problem.ts";

const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often a request that is overdue is looked for. */
const CHECK_MS = 2_000;

export interface HttpServer {
  readonly server: Server;
  /** The port that is listened on. Rejects where it cannot be had. */
  readonly listen: (port: number, host: string) => Promise<number>;
  /** Takes no new connection, and resolves once requests in flight are answered; those left after the time are cut. */
  readonly stop: (withinMs: number) => Promise<void>;
}

export function createHttpServer(app: App): HttpServer {
  const listener = getRequestListener((request) => app.fetch(request), {
    overrideGlobalObjects: false,
    errorHandler: () =>
      problemResponse({ code: "malformed_request", detail: "The address or a header cannot be read." }, ""),
  });
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  let stopping = false;
  const server = createServer(options, (request, response) => {
    // A connection that is kept open would outlive the stop.
    if (stopping) response.setHeader("connection", "close");
    listener(request, response).catch(() => response.destroy());
  });
  server.on("clientError", answerClientError);
  return {
    server,
    listen: (port, host) => listen(server, port, host),
    stop(withinMs) {
      stopping = true;
      return stop(server, withinMs);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function stop(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), withinMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
