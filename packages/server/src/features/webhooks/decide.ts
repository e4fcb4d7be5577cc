/** What becomes of webhooks. Pure: addresses are checked, and secrets made, by the caller. */
import { quoted } from "../../http/refusal.ts";
import type { Item, WebhookDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type Decided, refused } from "../decision.ts";

type Held = Pick<ProjectState, "webhooks">;
type Change = Pick<WebhookDocument, "name" | "url" | "events" | "enabled">;

export const MAX_WEBHOOKS = 100;

export function createWebhook(state: Held, webhook: WebhookDocument): Decided<undefined> {
  if (webhook.environment !== undefined && webhook.project === undefined) {
    const message = "An environment belongs to a project. Name that too.";
    return refused("invalid", `The webhook is not valid, at project: ${message}`, [{ path: "project", message }]);
  }
  if (state.webhooks.size >= MAX_WEBHOOKS) {
    return refused(
      "limit_exceeded",
      `There are ${MAX_WEBHOOKS} webhooks already, which is the most. Delete one first.`,
    );
  }
  return decided("webhook.create", webhook.id, webhook);
}

/** Enabling one that the server disabled forgets why. */
export function changeWebhook(state: Held, id: string, change: Partial<Change>): Decided<undefined> {
  const before = state.webhooks.get(id)?.document;
  if (before === undefined) return noWebhook(id);
  const after = { ...before, ...change };
  const action =
    before.enabled === after.enabled ? "webhook.update" : after.enabled ? "webhook.enable" : "webhook.disable";
  if (!after.enabled) return decided(action, id, after);
  const { disabledBecause: _, ...enabled } = after;
  return decided(action, id, enabled);
}

/** What the server does with one that nobody listens to. */
export function giveUpWebhook(state: Held, id: string, reason: string): Decided<undefined> {
  const before = state.webhooks.get(id)?.document;
  if (before?.enabled !== true) return { ok: true, action: "webhook.disable", items: [], result: undefined };
  return decided("webhook.disable", id, { ...before, enabled: false, disabledBecause: reason });
}

export function rotateWebhook(state: Held, id: string, at: number): Decided<undefined> {
  const before = state.webhooks.get(id)?.document;
  return before === undefined ? noWebhook(id) : decided("webhook.rotate", id, { ...before, rotatedAt: at });
}

export function deleteWebhook(state: Held, id: string): Decided<undefined> {
  return state.webhooks.has(id) ? decided("webhook.delete", id, null) : noWebhook(id);
}

export function noWebhook(id: string) {
  return refused("not_found", `There is no webhook ${quoted(id)}. List them with GET /api/v1/webhooks.`);
}

function decided(action: string, id: string, after: WebhookDocument | null): Decided<undefined> {
  const items: Item[] = [{ kind: "webhook", key: id, environment: "", after }];
  return { ok: true, action, items, result: undefined };
}
