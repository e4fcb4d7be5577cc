/** The stream as Server-Sent Events, and the acknowledgements that such a stream cannot carry itself. */
import { ackRequestSchema, streamQuerySchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { sdkKey } from "../../http/permission.ts";
import { RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { stateOfEventId } from "../../stream/event-socket.ts";
import type { Services } from "../services.ts";
import { sdkOf } from "./asker.ts";

const EVENTS = "text/event-stream";

export function streamRoutes(services: Services): readonly Route[] {
  return [eventsRoute(services), ackRoute(services)];
}

function eventsRoute({ events }: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/sdk/v1/stream",
    permission: sdkKey,
    summary: "Every change as it happens, as Server-Sent Events; by WebSocket too",
    query: streamQuerySchema,
    body: noBody,
    contentType: EVENTS,
    reply: z.unknown().meta({ type: "string", description: "The messages of the stream, each the data of an event" }),
    async handler({ scope: key, query, headers, method, peer }) {
      if (method !== "GET" || !takesEvents(headers)) {
        refuse("malformed_request", `This is a stream. Open a WebSocket, or GET it with Accept: ${EVENTS}.`);
      }
      const { instance = "", evaluation = "local" } = query;
      const have = stateOfEventId(headers.get("last-event-id"));
      const opened = events.open({ ...peer, key, sdk: sdkOf(query), instance, have, evaluation });
      if ("code" in opened) throw new RefusedError(opened);
      const caching = { "cache-control": "no-store", "x-accel-buffering": "no", vary: "Authorization, Accept" };
      return new Response(opened, { headers: { "content-type": EVENTS, ...caching } });
    },
  });
}

function takesEvents(headers: Headers): boolean {
  const accepted = (headers.get("accept") ?? "").split(",").map((one) => one.split(";")[0]?.trim().toLowerCase());
  return accepted.includes(EVENTS);
}

function ackRoute({ events, presence, ledger, now }: Services): Route {
  return defineRoute({
    method: "POST",
    path: "/sdk/v1/ack",
    permission: sdkKey,
    summary: "Says that a state was applied which came by events",
    query: noQuery,
    body: ackRequestSchema,
    bodyLimit: 4 * 1024,
    bodyZipped: true,
    status: 204,
    contentType: null,
    reply: z.unknown(),
    async handler({ scope: key, body: { instance = "", epoch, revision } }) {
      const isHere = events.acknowledge({ key, instance, epoch, revision });
      // The stream may be another node's: who asks for the inventory joins the two by their instance.
      if (!isHere && instance !== "" && epoch === ledger.epoch) {
        const { keyId, project, environment } = key;
        const caller = { instance, name: "unknown", version: "", keyId, class: key.class, acknowledged: revision };
        presence.seen(project, environment, caller, now());
      }
      return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
    },
  });
}
