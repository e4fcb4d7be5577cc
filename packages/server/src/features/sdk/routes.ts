/** The data plane by HTTP. It works while the stream does not, and asks no database unless a caller is ahead. */
import { rulesetDeltaSchema, rulesetSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { matchesNone } from "../../http/etag.ts";
import { sdkKey } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { View } from "../../log/view.ts";
import type { Services } from "../services.ts";
import { type Body, RulesetBodies } from "./ruleset-bodies.ts";

const querySchema = z.strictObject({
  since: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be a revision, a whole number")
    .transform(Number)
    .meta({ description: "The revision that the caller has, with `epoch`: asks for the difference" })
    .exactOptional(),
  epoch: z.string().max(200).exactOptional(),
});

export function sdkRoutes(services: Services): readonly Route[] {
  const bodies = new RulesetBodies();
  return [
    defineRoute({
      method: "GET",
      path: "/sdk/v1/ruleset",
      permission: sdkKey,
      summary: "The ruleset of the key's environment, or what changed in it",
      query: querySchema,
      body: noBody,
      reply: z.union([rulesetSchema, rulesetDeltaSchema]),
      async handler({ scope, query, headers }) {
        const has = heldBy(query, headers.get("if-none-match"));
        const view = await viewFor(services, scope, has);
        const etag = etagOf(view);
        if (matchesNone(headers.get("if-none-match"), etag)) return notModified(etag);
        const wantsDelta = query.since !== undefined && query.epoch === view.epoch;
        const body = wantsDelta ? bodies.delta(view, query.since ?? 0) : bodies.whole(view);
        return send(body, etag, headers);
      },
    }),
  ];
}

/** Which state a caller says it has. */
interface Held {
  readonly epoch: string;
  readonly revision: number;
}

function heldBy({ since, epoch }: z.output<typeof querySchema>, ifNoneMatch: string | null): readonly Held[] {
  const tags = [...(ifNoneMatch ?? "").matchAll(/"([^"]*)-([0-9]{1,15})-[0-9]{1,10}"/g)];
  const held = tags.map(([, name = "", revision]): Held => ({ epoch: name, revision: Number(revision) }));
  return since === undefined || epoch === undefined ? held : [...held, { epoch, revision: since }];
}

/** The view, as new as the caller's own state: the log is read to its end for one that is ahead. */
async function viewFor({ ledger, draw, state }: Services, grant: KeyGrant, held: readonly Held[]): Promise<View> {
  const view = viewOf(ledger, grant);
  if (!isBehind(view, held)) return view;
  await state.watchStore(() => ledger.catchUp(grant.project));
  const newer = viewOf(ledger, grant);
  if (!isBehind(newer, held)) return newer;
  throw new RefusedError({
    code: "try_later",
    detail: "You have a newer state than this server. Keep it, and come back after Retry-After seconds.",
    retryAfter: 1 + (draw.seed() % 30),
  });
}

function isBehind(view: View, held: readonly Held[]): boolean {
  return held.some(({ epoch, revision }) => epoch === view.epoch && revision > view.revision);
}

function viewOf(ledger: Services["ledger"], { project, environment, class: viewClass }: KeyGrant): View {
  const view = ledger.view(project, environment, viewClass);
  if (view === undefined)
    throw new Error(`The environment ${environment} of ${project} has no view for ${viewClass} keys.`);
  return view;
}

function etagOf({ epoch, revision, checksum }: View): string {
  return `"${epoch}-${revision}-${checksum}"`;
}

const caching = { "cache-control": "private, no-cache", vary: "Authorization, Accept-Encoding" };

function notModified(etag: string): Response {
  return new Response(null, { status: 304, headers: { etag, ...caching } });
}

async function send(body: Body, etag: string, headers: Headers): Promise<Response> {
  const zipped = body.worthCompressing && takesGzip(headers.get("accept-encoding"));
  return new Response(zipped ? await body.gzipped() : body.bytes, {
    headers: {
      "content-type": "application/json",
      etag,
      ...caching,
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    },
  });
}

/** A weight of 0 forbids it. */
function takesGzip(accepts: string | null): boolean {
  return (accepts ?? "").split(",").some((one) => /^\s*(gzip|\*)\s*(;\s*q=(1|0?\.[0-9]*[1-9])[0-9.]*)?\s*$/i.test(one));
}
