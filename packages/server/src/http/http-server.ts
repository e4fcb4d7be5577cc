/** The application on a socket, with the limits that only the HTTP server itself can keep. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { answerClientError } from "./client-error.ts";
import { Deadlines } from "./deadlines.ts";
import type { App } from "./mount.ts";
import { problemResponse } from "./problem.ts";

const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/**
 * How long a connection without a request is kept. Proxies keep theirs for 60 s, and whoever closes first must be the one who
 * sends: a request that meets a connection just being closed here fails for its sender, who cannot know whether it was read.
 */
const KEEP_ALIVE_MS = 75_000;
/** How often a request that is overdue is looked for. */
const CHECK_MS = 2_000;
/**
 * A peer that takes no byte of its answer for so long, or up to twice that, is cut: what is unsent is memory, and its
 * connection a place.
 */
const STALLED_MS = 30_000;

export interface HttpServer {
  readonly server: Server;
  /** The port that is listened on. Rejects where it cannot be had. */
  readonly listen: (port: number, host: string) => Promise<number>;
  /** Takes no new connection, and resolves once requests in flight are answered; those left after the time are cut. */
  readonly stop: (withinMs: number) => Promise<void>;
}

export interface HttpServerOptions {
  /** Tells the requests that may take as long as their bytes come; none unless given. */
  readonly isStreamed?: (method: string | undefined, url: string | undefined) => boolean;
  /** Is asked before the application is, and tells whether it has answered. It throws nothing. */
  readonly shortWay?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Beyond so many, a connection is closed as it comes, and `dropped` is called; no end unless given. */
  readonly maxConnections?: number;
  readonly dropped?: () => void;
  /** How long a peer may take no byte of its answer, in milliseconds; 30,000 unless given. */
  readonly stalledMs?: number;
}

export function createHttpServer(app: App, settings: HttpServerOptions = {}): HttpServer {
  const { isStreamed = () => false, shortWay, maxConnections, dropped, stalledMs = STALLED_MS } = settings;
  const listener = getRequestListener((request, bindings) => app.fetch(request, bindings), {
    overrideGlobalObjects: false,
    errorHandler: () =>
      problemResponse({ code: "malformed_request", detail: "The address or a header cannot be read." }, ""),
  });
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Not for all alike: see `Deadlines`.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
  };
  let stopping = false;
  const deadlines = new Deadlines<IncomingMessage>(isStreamed);
  const server = createServer(options, (request, response) => {
    // A connection that is kept open would outlive the stop.
    if (stopping) response.setHeader("connection", "close");
    if (shortWay?.(request, response) === true) {
      // Nearly every answer of it has gone by now.
      if (response.writableLength > 0) cutWhenStalled(response, stalledMs);
      return;
    }
    cutWhenStalled(response, stalledMs);
    deadlines.watch(request, performance.now());
    listener(request, response).catch(() => response.destroy());
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  if (dropped !== undefined) server.on("drop", dropped);
  server.on("clientError", answerClientError);
  const check = setInterval(() => endOverdue(server, deadlines), CHECK_MS).unref();
  server.on("close", () => clearInterval(check));
  return {
    server,
    listen: (port, host) => listen(server, port, host),
    stop(withinMs) {
      stopping = true;
      return stop(server, withinMs);
    },
  };
}

/** The system tells when it could write no more for a while, also in the middle of one large piece. */
function cutWhenStalled(response: ServerResponse, ms: number): void {
  response.setTimeout(ms, () => {
    // Before there is an answer, it is the server that takes its time.
    if (response.headersSent) response.destroy();
  });
}

/** As Node.js ends what it finds overdue itself. */
function endOverdue(server: Server, deadlines: Deadlines<IncomingMessage>): void {
  for (const { socket } of deadlines.overdue(performance.now())) {
    const error = Object.assign(new Error("The request took too long."), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
    server.emit("clientError", error, socket);
  }
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
