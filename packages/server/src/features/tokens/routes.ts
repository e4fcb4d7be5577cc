import { mintCredential } from "@bannerol/protocol";
import {
  commentQuerySchema,
  rotateSchema,
  type TokenCreated,
  type TokenForm,
  tokenChangedSchema,
  tokenCreatedSchema,
  tokenCreateSchema,
  tokenListSchema,
  tokensQuerySchema,
} from "@bannerol/protocol/schemas";
import { digestOf } from "../../auth/digest.ts";
import { Scope } from "../../auth/scope.ts";
import { anywhere } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { TokenDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { type Answering, changeSystem } from "../commands.ts";
import { instant } from "../decision.ts";
import { lastUsesOf } from "../last-used.ts";
import { pageByKey } from "../paging.ts";
import { placed, reachOf } from "../reach.ts";
import { passesRevoked } from "../revoked.ts";
import type { Services } from "../services.ts";
import { userOf } from "../users/routes.ts";
import { createToken, revokeToken, rotateToken } from "./decide.ts";

const PATH = "/api/v1/tokens";
const DAY_SECONDS = 24 * 60 * 60;

export function tokenRoutes(services: Services): readonly Route[] {
  return [listRoute(services), createRoute(services), rotateRoute(services), revokeRoute(services)];
}

/** The tokens whose own scope lies within the caller's: who may not use a right somewhere hands it to nobody. */
function heldTokens({ ledger }: Services, scope: Scope): readonly Revised<TokenDocument>[] {
  return [...ledger.system().tokens.values()].filter(({ document }) => scope.at(reachOf(document)) instanceof Scope);
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: anywhere("administer"),
    summary: "List tokens, without their secrets",
    query: tokensQuerySchema,
    body: noBody,
    reply: tokenListSchema,
    async handler({ scope, query }) {
      const tokens = heldTokens(services, scope).filter(({ document }) => passesRevoked(document, query.revoked));
      const { items, ...page } = pageByKey(tokens, ({ document }) => document.id, query);
      const lastUsed = await lastUsesOf(services, items);
      return { body: { ...page, items: items.map((token) => ({ ...tokenForm(token), ...lastUsed(token) })) } };
    },
  });
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: anywhere("administer"),
    summary: "Make a token; the only answer that shows it",
    query: noQuery,
    body: tokenCreateSchema,
    reply: tokenCreatedSchema,
    status: 201,
    async handler({ scope, body, ...context }) {
      const { comment, expiresAt, ...rest } = body;
      const place = placed(services, scope, rest);
      if (rest.user !== undefined) userOf(services, scope, rest.user);
      const { credential, text } = mintCredential("token", services.draw.bytes);
      const fields = { ...rest, ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }) };
      const made = { id: credential.id, digest: digestOf(credential.secret), at: services.now() };
      const command: Answering<undefined, Answer<TokenCreated>> = {
        comment,
        decide: (state) => createToken(state, fields, made),
        answer({ state }) {
          const token = tokenIn(state, credential.id);
          const body = { ...tokenForm(token), head: state.head, token: text };
          return { body, revision: token.revision, shownOnce: credential.id };
        },
      };
      return command.answer(await changeSystem(services, place, context, command));
    },
  });
}

function rotateRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: `${PATH}/{id}/rotate`,
    permission: anywhere("administer"),
    summary: "Make a token in another's place; the old one still works for a while",
    query: noQuery,
    body: rotateSchema,
    bodyOptional: true,
    reply: tokenCreatedSchema,
    status: 201,
    async handler({ scope, param, body: { comment, overlapSeconds = DAY_SECONDS }, ...context }) {
      const id = param("id");
      requireHeld(services, scope, id);
      const { credential, text } = mintCredential("token", services.draw.bytes);
      const made = { id: credential.id, digest: digestOf(credential.secret), at: services.now() };
      const command: Answering<undefined, Answer<TokenCreated>> = {
        comment,
        decide: (state) => rotateToken(state, id, { ...made, overlapMs: overlapSeconds * 1_000 }),
        answer({ state }) {
          const token = tokenIn(state, credential.id);
          const body = { ...tokenForm(token), head: state.head, token: text };
          return { body, revision: token.revision, shownOnce: credential.id };
        },
      };
      return command.answer(await changeSystem(services, scope, context, command));
    },
  });
}

function requireHeld(services: Services, scope: Scope, id: string): void {
  const held = heldTokens(services, scope).some(({ document }) => document.id === id);
  if (!held) refuse("not_found", `There is no token ${quoted(id)}. List them with GET /api/v1/tokens.`);
}

function revokeRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{id}`,
    permission: anywhere("administer"),
    summary: "Revoke a token, at once",
    query: commentQuerySchema,
    body: noBody,
    reply: tokenChangedSchema,
    async handler({ scope, param, query, ...context }) {
      const id = param("id");
      requireHeld(services, scope, id);
      const at = services.now();
      const { state } = await changeSystem(services, scope, context, {
        subject: { kind: "token", key: id, environment: "" },
        comment: query.comment,
        decide: (before) => revokeToken(before, id, at),
      });
      const token = tokenIn(state, id);
      return { body: { ...tokenForm(token), head: state.head }, revision: token.revision };
    },
  });
}

function tokenIn(state: ProjectState, id: string): Revised<TokenDocument> {
  const token = state.tokens.get(id);
  if (token === undefined) throw new Error(`The token ${id} has vanished.`);
  return token;
}

function tokenForm({ document, revision }: Revised<TokenDocument>): TokenForm {
  const { createdAt, expiresAt, revokedAt, ...rest } = document;
  return {
    ...rest,
    createdAt: instant(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: instant(revokedAt) }),
    revision,
  };
}
