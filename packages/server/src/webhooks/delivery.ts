/**
 * Sends one endpoint what it has not had yet, while this node holds it: project after project, change after change.
 *
 *     cursor ─► the next changes of the log ─► not for it: passed over
 *                                          └─► sent ─┬─ taken: the cursor moves ─► the next
 *                                                    └─ failed: when it is tried again ─► the next project
 */
import type { Outbound, OutboundOutcome } from "../outbound/outbound.ts";
import type { WebhookDocument } from "../state/documents.ts";
import type { Stretch } from "../store/port.ts";
import {
  TERM_MS,
  type WebhookClaim,
  type WebhookCursor,
  type WebhookSecrets,
  type WebhookStore,
} from "../store/webhook-store.ts";
import { askedWait, GIVEN_UP_AFTER_MS, waitAfter } from "./backoff.ts";
import { type Message, messageFor } from "./message.ts";
import { signatureHeaders } from "./signature.ts";

export interface DeliveryPorts {
  readonly store: WebhookStore;
  /** The webhook as it is now; `undefined` where it is gone, or disabled. */
  readonly enabled: (webhook: string) => WebhookDocument | undefined;
  readonly epoch: () => string;
  /** The newest revision of a project that this node has. */
  readonly head: (project: string) => number;
  readonly follow: (project: string, revision: number, limit: number) => Promise<Stretch>;
  readonly outbound: Pick<Outbound, "send">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** Gives an endpoint up, with the reason. */
  readonly giveUp: (webhook: string, reason: string) => Promise<void>;
  readonly told: (outcome: "delivered" | "failed") => void;
  /** True once nothing more may be begun. */
  readonly stopping: () => boolean;
}

const CHANGES_AT_ONCE = 50;

/** Whether a project's log goes on after a cursor, or under another epoch. */
export function isBehind(
  cursor: WebhookCursor | undefined,
  ports: Pick<DeliveryPorts, "head">,
  project: string,
): boolean {
  return (cursor?.revision ?? 0) < ports.head(project);
}

/** Rejects with a `StoreFault`; what was sent may be sent again then. */
export async function deliver(claim: WebhookClaim, projects: readonly string[], ports: DeliveryPorts): Promise<void> {
  const secrets = await ports.store.secrets(claim.webhook);
  if (secrets === undefined) return;
  const cursors = await ports.store.cursors(claim.webhook);
  for (const project of projects) {
    const cursor = cursors.find((each) => each.project === project);
    const isDue = (cursor?.dueAt ?? 0) <= ports.now();
    if (!isDue || !isBehind(cursor, ports, project)) continue;
    const holds = await deliverProject({ claim, secrets, project, stored: cursor }, ports);
    if (!holds) return;
  }
}

interface Line {
  readonly claim: WebhookClaim;
  readonly secrets: WebhookSecrets;
  readonly project: string;
  /** As the store has it. */
  readonly stored: WebhookCursor | undefined;
}

/** Says whether the endpoint still is this node's, and others of its projects may be gone on with. */
async function deliverProject(line: Line, ports: DeliveryPorts): Promise<boolean> {
  let { stored } = line;
  for (;;) {
    const { changes } = await ports.follow(line.project, stored?.revision ?? 0, CHANGES_AT_ONCE);
    const last = changes.at(-1);
    if (last === undefined) return true;
    for (const change of changes) {
      const webhook = ports.enabled(line.claim.webhook);
      if (webhook === undefined || ports.stopping()) return false;
      const epoch = ports.epoch();
      const message = messageFor(webhook, change, epoch);
      if (message === undefined && change !== last) continue;
      const tried = message && (await attempt(webhook, message, line.secrets, ports));
      const next = after({ line, stored, epoch, revision: change.revision }, tried, ports);
      const moved = await ports.store.advance(line.claim, { to: next, from: stored, until: ports.now() + TERM_MS });
      if (!moved) return false;
      if (tried?.ok === false) return goOnElsewhere(line.claim.webhook, next, tried, ports);
      stored = next;
    }
  }
}

type Tried =
  | { readonly ok: true; readonly outcome: string }
  | { readonly ok: false; readonly outcome: string; readonly wait: number; readonly isGone: boolean };

async function attempt(
  { url }: WebhookDocument,
  message: Message,
  secrets: WebhookSecrets,
  ports: DeliveryPorts,
): Promise<Tried> {
  const outcome = await post({ url, ...message }, secrets, ports);
  const ok = outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300;
  ports.told(ok ? "delivered" : "failed");
  if (ok) return { ok, outcome: wordsOf(outcome) };
  const isGone = outcome.kind === "answered" && outcome.status === 410;
  const wait = outcome.kind === "answered" ? askedWait(outcome.retryAfter, ports.now()) : 0;
  return { ok, outcome: wordsOf(outcome), wait, isGone };
}

/** Sends one body, signed with every secret that holds now. */
export function post(
  { url, id, body }: Message & { readonly url: string },
  { secret, previous }: WebhookSecrets,
  { outbound, now }: Pick<DeliveryPorts, "outbound" | "now">,
): Promise<OutboundOutcome> {
  const at = now();
  const known = previous !== undefined && previous.until > at ? [secret, previous.secret] : [secret];
  const headers = { "content-type": "application/json", ...signatureHeaders({ id, at, body }, known) };
  return outbound.send({ url, method: "POST", headers, body });
}

/** In one line, for people; nothing of what the endpoint answered but its status. */
export function wordsOf(outcome: OutboundOutcome): string {
  return outcome.kind === "answered" ? `HTTP ${outcome.status}` : outcome.message;
}

interface Step {
  readonly line: Line;
  readonly stored: WebhookCursor | undefined;
  readonly epoch: string;
  readonly revision: number;
}

function after({ line, stored, epoch, revision }: Step, tried: Tried | undefined, ports: DeliveryPorts): WebhookCursor {
  const at = ports.now();
  const place = { webhook: line.claim.webhook, project: line.project, epoch };
  const before = stored?.last === undefined ? {} : { last: stored.last };
  if (tried === undefined) return { ...place, revision, failures: 0, dueAt: 0, ...before };
  const last = { at, outcome: tried.outcome };
  if (tried.ok) return { ...place, revision, failures: 0, dueAt: 0, last };
  const failures = (stored?.failures ?? 0) + 1;
  const dueAt = at + Math.max(tried.wait, waitAfter(failures, ports.random()));
  const failingSince = stored?.failingSince ?? at;
  // What lies before the failed one is done with: it was passed over, or taken.
  return { ...place, revision: revision - 1, failures, failingSince, dueAt, last };
}

/** After a failure: an endpoint that wants no more, or has wanted none for three days, is given up. */
async function goOnElsewhere(
  webhook: string,
  { failingSince = 0 }: WebhookCursor,
  { isGone, outcome }: Extract<Tried, { readonly ok: false }>,
  ports: DeliveryPorts,
): Promise<boolean> {
  const isGivenUp = isGone || ports.now() - failingSince >= GIVEN_UP_AFTER_MS;
  if (!isGivenUp) return true;
  const reason = isGone ? "It answered 410: it wants no more." : `Nothing was taken for three days; last: ${outcome}`;
  await ports.giveUp(webhook, reason);
  return false;
}
