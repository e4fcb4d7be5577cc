/** The data plane by HTTP. It works while the stream does not, and asks no database unless a caller is ahead. */
import { deltaOfVersions, rulesetOfVersions } from "@bannerol/hub";
import { POLL_MS } from "@bannerol/protocol";
import { askerFields, evaluationPlaceSchema, rulesetDeltaSchema, rulesetSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { matchesNone } from "../../http/etag.ts";
import { sdkKey } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { View } from "../../log/view.ts";
import type { Services } from "../services.ts";
import { notePoll } from "./asker.ts";
import { remoteEvaluationRoute } from "./evaluate-route.ts";
import { eventsRoute } from "./events-route.ts";
import { listRoute } from "./list-route.ts";
import { type Body, RulesetBodies } from "./ruleset-bodies.ts";
import { streamRoutes } from "./stream-routes.ts";

const querySchema = z.strictObject({
  since: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be a revision, a whole number")
    .transform(Number)
    .meta({ description: "The revision that the caller has, with `epoch`: asks for the difference" })
    .exactOptional(),
  epoch: z.string().max(200).exactOptional(),
  evaluation: evaluationPlaceSchema,
  ...askerFields,
});

export function sdkRoutes(services: Services): readonly Route[] {
  return [
    rulesetRoute(services),
    listRoute(services),
    ...streamRoutes(services),
    remoteEvaluationRoute(services),
    eventsRoute(services),
  ];
}

function rulesetRoute(services: Services): Route {
  const forms = {
    local: new RulesetBodies(),
    remote: new RulesetBodies({ ruleset: rulesetOfVersions, delta: deltaOfVersions }),
  };
  return defineRoute({
    method: "GET",
    path: "/sdk/v1/ruleset",
    permission: sdkKey,
    summary: "The ruleset of the key's environment, or what changed in it",
    query: querySchema,
    body: noBody,
    reply: z.union([rulesetSchema, rulesetDeltaSchema]),
    async handler({ scope: key, query, headers, peer }) {
      const ifNoneMatch = headers.get("if-none-match");
      const held = heldBy(query, ifNoneMatch);
      const view = await viewFor(services, key, held);
      // One that says nothing of itself and has nothing starts; it is no poller yet.
      if (query.instance !== undefined || ifNoneMatch !== null) {
        notePoll(services, { key, query, headers, address: peer.address, has: newestOf(held, view) });
      }
      const etag = etagOf(view);
      const tags = { etag, "bannerol-up-to": `${services.ledger.state(key.project)?.revision ?? 0}` };
      if (matchesNone(ifNoneMatch, etag)) return notModified(tags);
      const bodies = forms[query.evaluation ?? "local"];
      const wantsDelta = query.since !== undefined && query.epoch === view.epoch;
      const body = wantsDelta ? bodies.delta(view, query.since ?? 0) : bodies.whole(view);
      return send(body, tags, headers);
    },
  });
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
  for (const has of held) if (isBehind(view, [has])) await state.watchStore(() => ledger.catchUpWith(grant, has));
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

/** The newest state of the view's epoch that a caller has; 0 where it has none. */
function newestOf(held: readonly Held[], { epoch }: View): number {
  return held.reduce((newest, one) => (one.epoch === epoch ? Math.max(newest, one.revision) : newest), 0);
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

/** A browser asks each time; `max-age` is for pollers, to whom it says how often. */
const caching = {
  "cache-control": `private, no-cache, max-age=${POLL_MS / 1_000}`,
  vary: "Authorization, Accept-Encoding",
};

/** What names the answer's state, and how far the log has been read for it. */
interface Tags {
  readonly etag: string;
  readonly "bannerol-up-to": string;
}

function notModified(tags: Tags): Response {
  return new Response(null, { status: 304, headers: { ...tags, ...caching } });
}

async function send(body: Body, tags: Tags, headers: Headers): Promise<Response> {
  const zipped = body.worthCompressing && takesGzip(headers.get("accept-encoding"));
  return new Response(zipped ? await body.gzipped() : body.bytes, {
    headers: {
      "content-type": "application/json",
      ...tags,
      ...caching,
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    },
  });
}

/** A weight of 0 forbids it. */
function takesGzip(accepts: string | null): boolean {
  return (accepts ?? "").split(",").some((one) => /^\s*(gzip|\*)\s*(;\s*q=(1|0?\.[0-9]*[1-9])[0-9.]*)?\s*$/i.test(one));
}
