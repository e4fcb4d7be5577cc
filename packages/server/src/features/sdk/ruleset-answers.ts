/**
 * What a question for the ruleset is answered with, by the routes and by the short way alike. It waits for nothing: where
 * the log must be read on, or a body must be compressed first, `prepare` does that, and then there is an answer.
 */
import { deltaOfVersions, rulesetOfVersions } from "@bannerol/hub";
import { POLL_MS } from "@bannerol/protocol";
import { askerFields, evaluationPlaceSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { matchesNone } from "../../http/etag.ts";
import { RefusedError } from "../../http/refusal.ts";
import type { View } from "../../log/view.ts";
import type { Services } from "../services.ts";
import { notePoll } from "./asker.ts";
import { type Body, RulesetBodies } from "./ruleset-bodies.ts";

export const rulesetQuerySchema = z.strictObject({
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

/** Headers are as they came; `undefined` where they did not. */
export interface RulesetQuestion {
  readonly key: KeyGrant;
  readonly query: z.output<typeof rulesetQuerySchema>;
  readonly ifNoneMatch: string | undefined;
  readonly acceptEncoding: string | undefined;
  readonly userAgent: string | undefined;
  readonly address: () => string | undefined;
}

export interface RulesetAnswer {
  readonly status: 200 | 304;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Absent from a 304. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** By view, which both ways to ask share. */
const forms = {
  local: new RulesetBodies(),
  remote: new RulesetBodies({ ruleset: rulesetOfVersions, delta: deltaOfVersions }),
};

/** The answer, and a note of who asked; `undefined` where something has to be prepared. */
export function answerRuleset(services: Services, question: RulesetQuestion): RulesetAnswer | undefined {
  const { key, query, ifNoneMatch, acceptEncoding } = question;
  const view = viewOf(services.ledger, key);
  const etag = etagOf(view);
  // What nearly every poller says is compared as it stands.
  const isCurrent = ifNoneMatch === etag && query.since === undefined;
  const held = isCurrent ? [view] : heldBy(question);
  if (isBehind(view, held)) return undefined;
  const isUnchanged = isCurrent || matchesNone(ifNoneMatch, etag);
  const body = isUnchanged ? undefined : bodyOf(view, query);
  const zipped = body?.worthCompressing === true && takesGzip(acceptEncoding);
  const bytes = zipped ? body.gzippedNow : body?.bytes;
  if (zipped && bytes === undefined) return undefined;
  // One that says nothing of itself and has nothing starts; it is no poller yet.
  if (query.instance !== undefined || ifNoneMatch !== undefined) {
    notePoll(services, { ...question, has: newestOf(held, view) });
  }
  const tags = ["etag", etag, "bannerol-up-to", String(services.ledger.state(key.project)?.revision ?? 0), ...caching];
  if (bytes === undefined) return { status: 304, headers: tags };
  const described = [...tags, "content-type", "application/json", "content-length", String(bytes.length)];
  return { status: 200, headers: zipped ? [...described, "content-encoding", "gzip"] : described, bytes };
}

/** Does what an answer waits for: reads the log to its end for a caller who is ahead, and compresses. */
export async function prepareRuleset({ ledger, draw, state }: Services, question: RulesetQuestion): Promise<void> {
  const { key, query, acceptEncoding } = question;
  const held = heldBy(question);
  for (const has of held) {
    if (isBehind(viewOf(ledger, key), [has])) await state.watchStore(() => ledger.catchUpWith(key, has));
  }
  const view = viewOf(ledger, key);
  if (isBehind(view, held)) {
    throw new RefusedError({
      code: "try_later",
      detail: "You have a newer state than this server. Keep it, and come back after Retry-After seconds.",
      retryAfter: 1 + (draw.seed() % 30),
    });
  }
  if (takesGzip(acceptEncoding)) await bodyOf(view, query).gzipped();
}

function bodyOf(view: View, { since, epoch, evaluation = "local" }: RulesetQuestion["query"]): Body {
  const bodies = forms[evaluation];
  return since !== undefined && epoch === view.epoch ? bodies.delta(view, since) : bodies.whole(view);
}

/** Which state a caller says it has. */
interface Held {
  readonly epoch: string;
  readonly revision: number;
}

function heldBy({ query: { since, epoch }, ifNoneMatch }: RulesetQuestion): readonly Held[] {
  const tags = ifNoneMatch === undefined ? [] : [...ifNoneMatch.matchAll(/"([^"]*)-([0-9]{1,15})-[0-9]{1,10}"/g)];
  const held = tags.map(([, name = "", revision]): Held => ({ epoch: name, revision: Number(revision) }));
  return since === undefined || epoch === undefined ? held : [...held, { epoch, revision: since }];
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

const etags = new WeakMap<View, string>();

function etagOf(view: View): string {
  let etag = etags.get(view);
  if (etag === undefined) {
    etag = `"${view.epoch}-${view.revision}-${view.checksum}"`;
    etags.set(view, etag);
  }
  return etag;
}

/** A browser asks each time; `max-age` is for pollers, to whom it says how often. */
const caching = [
  ...["cache-control", `private, no-cache, max-age=${POLL_MS / 1_000}`],
  ...["vary", "Authorization, Accept-Encoding"],
];

/** A weight of 0 forbids it. */
function takesGzip(accepts = ""): boolean {
  return accepts.split(",").some((one) => /^\s*(gzip|\*)\s*(;\s*q=(1|0?\.[0-9]*[1-9])[0-9.]*)?\s*$/i.test(one));
}
