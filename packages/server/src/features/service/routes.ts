import { liveSchema, readySchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { everyone } from "../../http/permission.ts";
import { REFERENCE_POLICY, referencePage } from "../../http/reference/page.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ServiceState } from "./service-state.ts";

/** `/livez` asks no database; `/readyz` fails only until the log has been read, and while draining. */
export function serviceRoutes(state: ServiceState): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/livez",
      permission: everyone,
      summary: "Whether the process runs",
      query: noQuery,
      body: noBody,
      reply: liveSchema,
      async handler() {
        return { body: { status: "live" as const } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/readyz",
      permission: everyone,
      summary: "Whether to send it requests: 503 until the history is read, and while it stops",
      query: noQuery,
      body: noBody,
      reply: readySchema,
      otherAnswers: { 503: "Not now: the history is not read yet, or the server stops" },
      async handler() {
        const { status } = state;
        return { body: { status }, status: status === "ready" || status === "degraded" ? 200 : 503 };
      },
    }),
  ];
}

/** `describe` is asked once; what it answers never changes while the process runs. */
export function referenceRoutes(describe: () => object): readonly Route[] {
  let page: Promise<string> | undefined;
  return [
    defineRoute({
      method: "GET",
      path: "/openapi.json",
      permission: everyone,
      summary: "This description, OpenAPI 3.1",
      query: noQuery,
      body: noBody,
      reply: z.looseObject({ openapi: z.string() }),
      async handler() {
        return { body: { openapi: "3.1.0", ...describe() } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/docs",
      permission: everyone,
      summary: "This description as a page",
      query: noQuery,
      body: noBody,
      reply: z.unknown().meta({ type: "string" }),
      contentType: "text/html",
      async handler() {
        page ??= referencePage(describe());
        const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": REFERENCE_POLICY };
        return new Response(await page, { headers });
      },
    }),
  ];
}
