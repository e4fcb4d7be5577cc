import { z } from "zod";
import { everyone } from "../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { exposition, type Metric } from "../../observe/metrics.ts";

const TEXT = "text/plain; version=0.0.4; charset=utf-8";

/** Numbers, and no name that somebody chose: a scraper needs no token. */
export function metricsRoute(metrics: readonly Metric[]): Route {
  return defineRoute({
    method: "GET",
    path: "/metrics",
    permission: everyone,
    summary: "What the server measures of itself, for Prometheus",
    query: noQuery,
    body: noBody,
    contentType: "text/plain",
    reply: z.unknown().meta({ type: "string" }),
    async handler() {
      return new Response(exposition(metrics), { headers: { "content-type": TEXT, "cache-control": "no-store" } });
    },
  });
}
