/** Serves the route table: every request gets an id, a line in the log, and an answer that says what happened. */
import type { HttpBindings } from "@hono/node-server";
import { type Handler, Hono } from "hono";
import { cors } from "hono/cors";
import type { Log } from "../observe/log.ts";
import { origins } from "./origins.ts";
import { peerAddress } from "./peer-address.ts";
import type { Peer } from "./permission.ts";
import { problemResponse, refusalOf } from "./problem.ts";
import { quoted, type Refusal } from "./refusal.ts";
import { type RequestIdPorts, requestIdOf } from "./request-id.ts";
import type { Route, RoutePorts } from "./route.ts";
import { safeHeaders } from "./safe-headers.ts";

export interface MountPorts extends RoutePorts, RequestIdPorts {
  readonly log: Log;
  /** Milliseconds that never go back, for durations in the log. */
  readonly monotonic: () => number;
  /** How many proxies stand in front; none unless named. */
  readonly proxies?: number;
}

/** `notes` are what the log says of a request beside its answer. */
interface Variables {
  readonly requestId: string;
  readonly notes: Map<"route" | "permission" | "who", string>;
}
/** Empty bindings: the request came by no socket, as in tests. */
type Bindings = Partial<Pick<HttpBindings, "incoming" | "outgoing">>;
export type App = Hono<{ Variables: Variables; Bindings: Bindings }>;

/** Makes the application that serves these routes and nothing else. */
export function mountRoutes(routes: readonly Route[], ports: MountPorts): App {
  const app: App = new Hono();
  identifyAndLog(app, ports);
  app.use("/sdk/v1/*", cors(origins));
  for (const route of routes) mountRoute(app, route, ports);
  refuseOtherMethods(app, routes);
  app.notFound((context) => problemResponse(nothingThere(context.req.path), context.get("requestId")));
  app.onError((error, context) => answerError(error, context.get("requestId"), ports.log));
  return app;
}

function identifyAndLog(app: App, ports: MountPorts): void {
  const { log, monotonic } = ports;
  app.use(async (context, next) => {
    const began = monotonic();
    const requestId = requestIdOf(context.req.header("x-request-id"), ports);
    const notes: Variables["notes"] = new Map();
    context.set("requestId", requestId);
    context.set("notes", notes);
    await next();
    const { headers } = context.res;
    headers.set("x-request-id", requestId);
    // A page says itself what it may do.
    for (const [name, value] of safeHeaders) if (!headers.has(name)) headers.set(name, value);
    const { method } = context.req;
    const { status } = context.res;
    const durationMs = Math.round((monotonic() - began) * 1_000) / 1_000;
    // The route, not the address: what stands in a path or a query is nobody's business here.
    log[levelOf(notes.get("permission"), status)](
      { requestId, method, ...Object.fromEntries(notes), status, durationMs },
      "request",
    );
  });
}

/** Probes and SDKs that poll are many, and of interest only where they fail. */
function levelOf(permission: string | undefined, status: number): "debug" | "info" {
  return status < 400 && (permission === "public" || permission?.startsWith("sdk") === true) ? "debug" : "info";
}

function mountRoute(app: App, route: Route, { proxies = 0, ...ports }: MountPorts): void {
  const serve: Handler<{ Variables: Variables; Bindings: Bindings }> = (context) => {
    const notes = context.get("notes");
    notes.set("route", route.path);
    notes.set("permission", route.permission);
    return route.run(
      {
        request: context.req.raw,
        requestId: context.get("requestId"),
        peer: peerOf(context.env ?? {}, proxies),
        headers: context.req.raw.headers,
        admitted: (who) => notes.set("who", who),
        param(name) {
          const value = context.req.param(name);
          if (value === undefined) throw new Error(`The route ${route.path} has no parameter ${name}.`);
          return value;
        },
      },
      ports,
    );
  };
  const path = honoPath(route.path);
  if (route.everyMethod) app.all(path, serve).all(`${path}/*`, serve);
  else app.on(route.method, path, serve);
}

function peerOf({ incoming, outgoing }: Bindings, proxies: number): Peer {
  return { address: incoming && peerAddress(incoming, proxies), cut: () => outgoing?.destroy() };
}

/** Registered after every route, so that they are asked only for what no route takes. */
function refuseOtherMethods(app: App, routes: readonly Route[]): void {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  for (const [path, taken] of methods) {
    const allow = [...taken, ...(taken.includes("GET") ? ["HEAD"] : [])].join(", ");
    app.all(honoPath(path), (context) => {
      const detail = `${context.req.method} is not possible here. This address takes ${allow}.`;
      return problemResponse({ code: "method_not_allowed", detail, allow }, context.get("requestId"));
    });
  }
}

/** `/flags/{f}` as hono writes it: `/flags/:f`. */
function honoPath(path: string): string {
  return path.replaceAll(/\{([a-z]+)\}/g, ":$1");
}

function nothingThere(path: string): Refusal {
  return {
    code: "not_found",
    detail: `There is nothing at ${quoted(path)}. The addresses are listed in /openapi.json.`,
  };
}

function answerError(error: unknown, requestId: string, log: Log): Response {
  const refusal = refusalOf(error);
  if (refusal?.code === "key_leaked") log.warn({ requestId }, refusal.detail);
  if (refusal !== undefined) return problemResponse(refusal, requestId);
  log.error({ requestId, err: error }, "a request failed by an error of the server");
  const detail = `The server made an error; nothing is known to be wrong with the request. Quote ${requestId} to its operator.`;
  return problemResponse({ code: "internal", detail }, requestId);
}
