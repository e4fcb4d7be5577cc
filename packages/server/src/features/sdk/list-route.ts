/** Long lists of keys, as fingerprints, for server keys alone: a client key's view names none. */
import { z } from "zod";
import { matchesNone } from "../../http/etag.ts";
import { sdkServerKey } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { Services } from "../services.ts";
import { ListBodies, streamOf } from "./list-bodies.ts";

const querySchema = z.strictObject({
  since: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be a version, a whole number")
    .transform(Number)
    .meta({ description: "The version that the caller has, with `epoch`: asks for the difference" })
    .exactOptional(),
  epoch: z.string().max(200).exactOptional(),
});

export function listRoute(services: Services): Route {
  const { ledger, state } = services;
  const bodies = new ListBodies(ledger.storedLists);
  return defineRoute({
    method: "GET",
    path: "/sdk/v1/lists/{id}",
    permission: sdkServerKey,
    summary: "A long list of keys as fingerprints, or what came and went since a version of it",
    query: querySchema,
    body: noBody,
    reply: z.string().meta({ description: "Bytes, see the page on the data plane" }),
    contentType: "application/octet-stream",
    otherAnswers: { 304: "The caller, by its If-None-Match, has the list as it is" },
    async handler({ scope, param, query, headers }) {
      const id = param("id");
      const list = ledger.lists(scope.project).get(id);
      if (list === undefined) {
        refuse(
          "not_found",
          `No segment has the list ${quoted(id)} any more. Get the ruleset, which names those in use.`,
        );
      }
      const etag = `"${ledger.epoch}-${id}-${list.version}"`;
      const fixed = { etag, "cache-control": "private, no-cache", vary: "Authorization" };
      if (matchesNone(headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers: fixed });
      const since = query.epoch === ledger.epoch ? query.since : undefined;
      const question = {
        epoch: ledger.epoch,
        project: scope.project,
        id,
        list,
        ...(since === undefined ? {} : { since }),
      };
      const bytes = await state.watchStore(() => bodies.of(question));
      const described = {
        "content-type": "application/octet-stream",
        "content-length": String(bytes.length),
        "bannerol-epoch": question.epoch,
      };
      return new Response(streamOf(bytes), { headers: { ...fixed, ...described } });
    },
  });
}
