/** What is done with a webhook beside changing it. */
import {
  type WebhookReplay,
  type WebhookTested,
  webhookReplaySchema,
  webhookRotateSchema,
  webhookSchema,
  webhookSecretSchema,
  webhookTestedSchema,
} from "@bannerol/protocol/schemas";
import { anywhere } from "../../http/permission.ts";
import { RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { WebhookDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { post, wordsOf } from "../../webhooks/delivery.ts";
import { concerns } from "../../webhooks/message.ts";
import { SECRET_BYTES, secretText } from "../../webhooks/signature.ts";
import { changeSystem } from "../commands.ts";
import { instant } from "../decision.ts";
import type { Services } from "../services.ts";
import { rotateWebhook } from "./decide.ts";
import { heldWebhook, startOf, webhookForm, webhookIn } from "./held.ts";

const OVERLAP_HOURS = 24;
const HOUR_MS = 60 * 60_000;

export function webhookActions(services: Services, path: string): readonly Route[] {
  return [testRoute(services, path), replayRoute(services, path), rotateRoute(services, path)];
}

function testRoute(services: Services, path: string): Route {
  return defineRoute({
    method: "POST",
    path: `${path}/{id}/test`,
    permission: anywhere("administer"),
    summary: "Send a webhook a signed `webhook.test` now, and say what came of it",
    query: noQuery,
    body: noBody,
    reply: webhookTestedSchema,
    unkept: true,
    async handler({ scope, param }) {
      const { document } = heldWebhook(services, scope, param("id"));
      return { body: await sendTest(services, document) };
    },
  });
}

async function sendTest(
  { webhooks, draw, now, outbound }: Services,
  { id, url }: WebhookDocument,
): Promise<WebhookTested> {
  const secrets = await webhooks.secrets(id);
  if (secrets === undefined) refuse("conflict", `The webhook ${id} has no secret here. Rotate it, and try again.`);
  const message = {
    id: `test.${Buffer.from(draw.bytes(9)).toString("base64url")}`,
    body: JSON.stringify({ type: "webhook.test", timestamp: instant(now()), data: { webhook: id } }),
  };
  const outcome = await post({ url, ...message }, secrets, { outbound, now });
  const text = wordsOf(outcome);
  if (outcome.kind === "refused") return { delivered: false, message: text };
  if (outcome.kind === "failed") return { delivered: false, ms: outcome.ms, message: text };
  const { status, ms } = outcome;
  return { delivered: status >= 200 && status < 300, status, ms, message: text };
}

function replayRoute(services: Services, path: string): Route {
  return defineRoute({
    method: "POST",
    path: `${path}/{id}/replay`,
    permission: anywhere("administer"),
    summary: "Send a webhook the changes from a revision on again",
    query: noQuery,
    body: webhookReplaySchema,
    reply: webhookSchema,
    unkept: true,
    async handler({ scope, param, body }) {
      const webhook = heldWebhook(services, scope, param("id"));
      const { id } = webhook.document;
      const project = replayed(webhook.document, body);
      const head = services.ledger.state(project)?.revision;
      if (head === undefined)
        refuse("not_found", `There is no project ${project}. List them with GET /api/v1/projects.`);
      if (body.from > head) refusePlace("from", `The newest revision of ${project} is ${head}. Name one up to that.`);
      const { epoch } = services.ledger;
      const cursor = { webhook: id, project, epoch, revision: body.from - 1, failures: 0, dueAt: 0 };
      await services.webhooks.setCursors([cursor]);
      return { body: webhookForm(webhook, await services.webhooks.cursors(id)) };
    },
  });
}

function replayed(webhook: WebhookDocument, { project = webhook.project }: WebhookReplay): string {
  if (project === undefined)
    return refusePlace("project", "The webhook hears of all projects. Name the one to replay.");
  if (concerns(webhook, project)) return project;
  return refusePlace("project", `The webhook hears of ${webhook.project} alone.`);
}

function refusePlace(path: string, message: string): never {
  throw new RefusedError({
    code: "invalid",
    detail: `The replay is not valid, at ${path}: ${message}`,
    errors: [{ path, message }],
  });
}

function rotateRoute(services: Services, path: string): Route {
  return defineRoute({
    method: "POST",
    path: `${path}/{id}/rotate`,
    permission: anywhere("administer"),
    summary: "Give a webhook another secret; the only answer that shows it",
    query: noQuery,
    body: webhookRotateSchema,
    bodyOptional: true,
    reply: webhookSecretSchema,
    async handler({ scope, param, body, ...context }) {
      const { webhooks, draw, now } = services;
      const { id } = heldWebhook(services, scope, param("id")).document;
      const { comment, overlapHours = OVERLAP_HOURS } = body;
      const at = now();
      const secret = secretText(draw.bytes(SECRET_BYTES));
      const cursors = await webhooks.cursors(id);
      const before = await webhooks.secrets(id);
      const answer = ({ state }: { readonly state: ProjectState }) => {
        const webhook = webhookIn(state, id);
        const changed = { ...webhookForm(webhook, cursors), head: state.head };
        return { body: { ...changed, secret }, revision: webhook.revision, shownOnce: id };
      };
      const decide = (state: ProjectState) => rotateWebhook(state, id, at);
      const done = await changeSystem(services, scope, context, {
        subject: { kind: "webhook", key: id, environment: "" },
        comment,
        decide,
        answer,
      });
      // It was moved here without them: what happened before is the replay's to send.
      if (before === undefined) await webhooks.setCursors(startOf(services, webhookIn(done.state, id).document));
      const previous = before && { secret: before.secret, until: at + overlapHours * HOUR_MS };
      await webhooks.putSecrets(id, { secret, ...(previous && { previous }) });
      return answer(done);
    },
  });
}
