import {
  changedSchema,
  commentQuerySchema,
  type WebhookChanged,
  type WebhookCreate,
  webhookChangedSchema,
  webhookCreateSchema,
  webhookListSchema,
  webhookPatchSchema,
  webhookSchema,
  webhookSecretSchema,
  webhooksQuerySchema,
} from "@bannerol/protocol/schemas";
import { Scope } from "../../auth/scope.ts";
import { anywhere } from "../../http/permission.ts";
import { quoted, RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ItemName, WebhookDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { SECRET_BYTES, secretText } from "../../webhooks/signature.ts";
import { refuseAddress } from "../addresses.ts";
import { changeSystem } from "../commands.ts";
import { pageByKey } from "../paging.ts";
import type { Services } from "../services.ts";
import { webhookActions } from "./actions.ts";
import { changeWebhook, createWebhook, deleteWebhook } from "./decide.ts";
import { heldWebhook, heldWebhooks, reachOf, startOf, webhookForm, webhookIn } from "./held.ts";

const PATH = "/api/v1/webhooks";
const ADDRESS = { of: "The webhook", path: "url" } as const;

export function webhookRoutes(services: Services): readonly Route[] {
  return [
    ...readingRoutes(services),
    createRoute(services),
    patchRoute(services),
    deleteRoute(services),
    ...webhookActions(services, PATH),
  ];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: anywhere("administer"),
      summary: "List webhooks, without their secrets, and how their deliveries go",
      query: webhooksQuerySchema,
      body: noBody,
      reply: webhookListSchema,
      async handler({ scope, query }) {
        const { items, ...page } = pageByKey(heldWebhooks(services, scope), ({ document }) => document.id, query);
        const cursors = await services.webhooks.cursors();
        return { body: { ...page, items: items.map((webhook) => webhookForm(webhook, cursors)) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{id}`,
      permission: anywhere("administer"),
      summary: "A webhook, and how its deliveries go",
      query: noQuery,
      body: noBody,
      reply: webhookSchema,
      async handler({ scope, param }) {
        const webhook = heldWebhook(services, scope, param("id"));
        const cursors = await services.webhooks.cursors(webhook.document.id);
        return { body: webhookForm(webhook, cursors), revision: webhook.revision };
      },
    }),
  ];
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: anywhere("administer"),
    summary: "Make a webhook; the only answer that shows its secret",
    query: noQuery,
    body: webhookCreateSchema,
    reply: webhookSecretSchema,
    status: 201,
    async handler({ scope, body, ...context }) {
      const { comment } = body;
      const place = placed(services, scope, body);
      await refuseAddress(services, { url: body.url, ...ADDRESS });
      const webhook = newWebhook(services, body);
      const secret = secretText(services.draw.bytes(SECRET_BYTES));
      const answer = ({ state }: { readonly state: ProjectState }) => {
        const made = webhookIn(state, webhook.id);
        const changed = { ...webhookForm(made, []), head: state.head };
        return { body: { ...changed, secret }, revision: made.revision, shownOnce: webhook.id };
      };
      const done = await changeSystem(services, place, context, {
        comment,
        decide: (state) => createWebhook(state, webhook),
        answer,
      });
      // It hears of what comes after it. Where this fails, rotating its secret makes good what is missing.
      await services.webhooks.setCursors(startOf(services, webhook));
      await services.webhooks.putSecrets(webhook.id, { secret });
      return answer(done);
    },
  });
}

function newWebhook({ draw, now }: Services, { comment: _, ...fields }: WebhookCreate): WebhookDocument {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const id = Array.from(draw.bytes(12), (byte) => alphabet[byte % alphabet.length]).join("");
  return { id, name: "", events: ["*"], ...fields, enabled: true, createdAt: now() };
}

/** The scope narrowed to what the webhook will hear of; that must be there. */
function placed({ ledger }: Services, scope: Scope, reach: Pick<WebhookDocument, "project" | "environment">): Scope {
  const narrowed = scope.at(reachOf(reach));
  if (!(narrowed instanceof Scope)) throw new RefusedError(narrowed);
  const { project, environment } = reach;
  if (project === undefined) return narrowed;
  const state = ledger.state(project);
  if (state === undefined)
    refuse("not_found", `There is no project ${quoted(project)}. List them with GET /api/v1/projects.`);
  if (environment !== undefined && !state.environments.has(environment)) {
    refuse("not_found", `The project ${project} has no environment ${quoted(environment)}. Make it, or name another.`);
  }
  return narrowed;
}

function patchRoute(services: Services): Route {
  return defineRoute({
    method: "PATCH",
    path: `${PATH}/{id}`,
    permission: anywhere("administer"),
    summary: "Change a webhook, switch it off, or on again",
    query: noQuery,
    body: webhookPatchSchema,
    reply: webhookChangedSchema,
    async handler({ scope, param, body, ...context }) {
      const { comment, ...change } = body;
      const { document } = heldWebhook(services, scope, param("id"));
      if (change.url !== undefined || change.enabled === true) {
        await refuseAddress(services, { url: change.url ?? document.url, ...ADDRESS });
      }
      const { id } = document;
      const decide = (state: ProjectState) => changeWebhook(state, id, change);
      const { state } = await changeSystem(services, scope, context, { subject: named(id), comment, decide });
      if (change.url !== undefined || change.enabled === true) await services.webhooks.forgive(id);
      const webhook = webhookIn(state, id);
      const cursors = await services.webhooks.cursors(id);
      const changed: WebhookChanged = { ...webhookForm(webhook, cursors), head: state.head };
      return { body: changed, revision: webhook.revision };
    },
  });
}

function deleteRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{id}`,
    permission: anywhere("administer"),
    summary: "Remove a webhook and its secret",
    query: commentQuerySchema,
    body: noBody,
    reply: changedSchema,
    async handler({ scope, param, query, ...context }) {
      const { id } = heldWebhook(services, scope, param("id")).document;
      const decide = (state: ProjectState) => deleteWebhook(state, id);
      const { comment } = query;
      const { state } = await changeSystem(services, scope, context, { subject: named(id), comment, decide });
      await services.webhooks.remove(id);
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}

function named(id: string): ItemName {
  return { kind: "webhook", key: id, environment: "" };
}
