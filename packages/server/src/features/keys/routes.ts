import { mintCredential } from "@bannerol/protocol";
import {
  commentQuerySchema,
  rotateSchema,
  type SdkKeyChanged,
  type SdkKeyForm,
  sdkKeyChangedSchema,
  sdkKeyCreatedSchema,
  sdkKeyCreateSchema,
  sdkKeyListSchema,
  sdkKeysQuerySchema,
} from "@bannerol/protocol/schemas";
import { digestOf } from "../../auth/digest.ts";
import { isProjectScope, type Place, type ProjectScope, Scope } from "../../auth/scope.ts";
import { anywhere } from "../../http/permission.ts";
import { quoted, RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { KeyDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { change, changeAndAnswer } from "../commands.ts";
import { instant } from "../decision.ts";
import { lastUsesOf } from "../last-used.ts";
import { pageByKey } from "../paging.ts";
import { passesRevoked } from "../revoked.ts";
import type { Services } from "../services.ts";
import { createKey, revokeKey, rotateKey } from "./decide.ts";

const PATH = "/api/v1/keys";
const DAY_SECONDS = 24 * 60 * 60;

export function keyRoutes(services: Services): readonly Route[] {
  return [listRoute(services), createRoute(services), rotateRoute(services), revokeRoute(services)];
}

/** A key and the project whose it is. */
interface Held extends Revised<KeyDocument> {
  readonly project: string;
}

/** The keys within the scope's reach. */
function heldKeys({ ledger }: Services, scope: Scope): readonly Held[] {
  return ledger
    .projects()
    .flatMap((project) => [...(ledger.state(project)?.keys.values() ?? [])].map((key) => ({ ...key, project })))
    .filter(({ project, document }) => scope.at({ project, environment: document.environment }) instanceof Scope);
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: anywhere("read"),
    summary: "List SDK keys, without their secrets",
    query: sdkKeysQuerySchema,
    body: noBody,
    reply: sdkKeyListSchema,
    async handler({ scope, query }) {
      const { project, environment, revoked } = query;
      const keys = heldKeys(services, scope).filter(
        (key) =>
          (project === undefined || key.project === project) &&
          (environment === undefined || key.document.environment === environment) &&
          passesRevoked(key.document, revoked),
      );
      const { items, ...page } = pageByKey(keys, ({ document }) => document.id, query);
      const lastUsed = await lastUsesOf(services, items);
      return { body: { ...page, items: items.map((key) => ({ ...keyForm(key), ...lastUsed(key) })) } };
    },
  });
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: anywhere("administer"),
    summary: "Make an SDK key; the only answer that shows it",
    query: noQuery,
    body: sdkKeyCreateSchema,
    reply: sdkKeyCreatedSchema,
    status: 201,
    async handler({ scope, body, ...context }) {
      const { comment, project, ...fields } = body;
      const place = within(services, scope, { project, environment: body.environment });
      const { credential, text } = mintCredential(fields.kind, services.draw.bytes);
      const made = { id: credential.id, digest: digestOf(credential.secret), at: services.now() };
      return changeAndAnswer(services, place, context, {
        comment,
        decide: (before) => createKey(before, fields, made),
        answer({ state }) {
          const key = keyIn(state, credential.id);
          return { body: { ...changedKey(state, key), key: text }, revision: key.revision, shownOnce: credential.id };
        },
      });
    },
  });
}

function rotateRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: `${PATH}/{id}/rotate`,
    permission: anywhere("administer"),
    summary: "Make an SDK key in another's place; the old one still works for a while",
    query: noQuery,
    body: rotateSchema,
    bodyOptional: true,
    reply: sdkKeyCreatedSchema,
    status: 201,
    async handler({ scope, param, body: { comment, overlapSeconds = DAY_SECONDS }, ...context }) {
      const id = param("id");
      const { place, kind } = heldKey(services, scope, id);
      const { credential, text } = mintCredential(kind, services.draw.bytes);
      const made = { id: credential.id, digest: digestOf(credential.secret), at: services.now() };
      return changeAndAnswer(services, place, context, {
        comment,
        decide: (before) => rotateKey(before, id, { ...made, overlapMs: overlapSeconds * 1_000 }),
        answer({ state }) {
          const key = keyIn(state, credential.id);
          return { body: { ...changedKey(state, key), key: text }, revision: key.revision, shownOnce: credential.id };
        },
      });
    },
  });
}

function heldKey(services: Services, scope: Scope, id: string) {
  const held = heldKeys(services, scope).find(({ document }) => document.id === id);
  if (held === undefined) refuse("not_found", `There is no key ${quoted(id)}. List them with GET /api/v1/keys.`);
  const { environment, kind } = held.document;
  return { place: within(services, scope, { project: held.project, environment }), environment, kind };
}

function revokeRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{id}`,
    permission: anywhere("administer"),
    summary: "Revoke an SDK key: its connections end within seconds",
    query: commentQuerySchema,
    body: noBody,
    reply: sdkKeyChangedSchema,
    async handler({ scope, param, query, ...context }) {
      const id = param("id");
      const { place, environment } = heldKey(services, scope, id);
      const at = services.now();
      const { state } = await change(services, place, context, {
        subject: { kind: "key", key: id, environment },
        comment: query.comment,
        decide: (before) => revokeKey(before, id, at),
      });
      const key = keyIn(state, id);
      return { body: changedKey(state, key), revision: key.revision };
    },
  });
}

/** The scope narrowed to a place that the body or a document names. */
function within(services: Services, scope: Scope, place: Place): ProjectScope {
  const narrowed = scope.at(place);
  if (!(narrowed instanceof Scope)) throw new RefusedError(narrowed);
  const { project = "" } = place;
  if (!isProjectScope(narrowed) || services.ledger.state(project) === undefined) {
    refuse("not_found", `There is no project ${quoted(project)}. List them with GET /api/v1/projects.`);
  }
  return narrowed;
}

function keyIn(state: ProjectState, id: string): Held {
  const key = state.keys.get(id);
  if (key === undefined) throw new Error(`The key ${id} has vanished.`);
  return { ...key, project: state.key };
}

function changedKey(state: ProjectState, key: Held): SdkKeyChanged {
  return { ...keyForm(key), head: state.head };
}

function keyForm({ document, revision, project }: Held): SdkKeyForm {
  const { id, kind, environment, name, createdAt, expiresAt, revokedAt } = document;
  const revoked = {
    ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: instant(revokedAt) }),
  };
  return { id, kind, project, environment, name, createdAt: instant(createdAt), ...revoked, revision };
}
