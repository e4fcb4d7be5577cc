/** What the routes of webhooks share: which a caller may see, and how one is shown. */
import type { WebhookDelivery, WebhookForm } from "@bannerol/protocol/schemas";
import { Scope } from "../../auth/scope.ts";
import { RefusedError } from "../../http/refusal.ts";
import type { WebhookDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { SYSTEM_PROJECT } from "../../store/port.ts";
import type { WebhookCursor } from "../../store/webhook-store.ts";
import { concerns } from "../../webhooks/message.ts";
import { instant } from "../decision.ts";
import type { Services } from "../services.ts";
import { noWebhook } from "./decide.ts";

export type Held = Revised<WebhookDocument>;

/** Those whose reach lies within the caller's: who may not read a place is not told of it. */
export function heldWebhooks({ ledger }: Services, scope: Scope): readonly Held[] {
  return [...ledger.system().webhooks.values()].filter(({ document }) => scope.at(reachOf(document)) instanceof Scope);
}

/** Refuses with 404. */
export function heldWebhook(services: Services, scope: Scope, id: string): Held {
  const found = heldWebhooks(services, scope).find(({ document }) => document.id === id);
  if (found === undefined) throw new RefusedError(noWebhook(id).refusal);
  return found;
}

export function reachOf({ project, environment }: Pick<WebhookDocument, "project" | "environment">) {
  return { ...(project === undefined ? {} : { project }), ...(environment === undefined ? {} : { environment }) };
}

export function webhookForm({ document, revision }: Held, cursors: readonly WebhookCursor[]): WebhookForm {
  const { id, name, url, events, enabled, disabledBecause, createdAt, rotatedAt } = document;
  return {
    id,
    name,
    url,
    ...reachOf(document),
    events: [...events],
    enabled,
    ...(disabledBecause === undefined ? {} : { disabledBecause }),
    createdAt: instant(createdAt),
    ...(rotatedAt === undefined ? {} : { rotatedAt: instant(rotatedAt) }),
    deliveries: cursors.filter(({ webhook }) => webhook === id).map(deliveryForm),
    revision,
  };
}

function deliveryForm({ project, revision, failures, failingSince, dueAt, last }: WebhookCursor): WebhookDelivery {
  return {
    project,
    revision,
    failures,
    ...(failingSince === undefined ? {} : { failingSince: instant(failingSince) }),
    ...(failures === 0 ? {} : { dueAt: instant(dueAt) }),
    ...(last === undefined ? {} : { lastAt: instant(last.at), lastOutcome: last.outcome }),
  };
}

/** Where it begins: it hears of what comes after now. */
export function startOf({ ledger }: Services, webhook: WebhookDocument): readonly WebhookCursor[] {
  const heads = [SYSTEM_PROJECT, ...ledger.projects()].filter((project) => concerns(webhook, project));
  return heads.map((project) => ({
    webhook: webhook.id,
    project,
    epoch: ledger.epoch,
    revision: ledger.state(project)?.revision ?? 0,
    failures: 0,
    dueAt: 0,
  }));
}

export function webhookIn(state: ProjectState, id: string): Held {
  const webhook = state.webhooks.get(id);
  if (webhook === undefined) throw new Error(`The webhook ${id} has vanished.`);
  return webhook;
}
