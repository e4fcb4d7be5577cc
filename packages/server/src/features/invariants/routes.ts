/** Statements that have to hold of an environment's flags: `commands.ts` asks them on every write. */
import {
  changedSchema,
  commentQuerySchema,
  type InvariantCreate,
  type InvariantForm,
  invariantChangedSchema,
  invariantCreateSchema,
  invariantListSchema,
  invariantSchema,
  invariantsQuerySchema,
} from "@bannerol/protocol/schemas";
import { inProject } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { InvariantDocument } from "../../state/documents.ts";
import type { Revised } from "../../state/project-state.ts";
import { change, changeAndAnswer } from "../commands.ts";
import { pageByKey } from "../paging.ts";
import { invariantNotFound, invariantOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { breachesNow, isSampled } from "./check.ts";
import { createInvariant, deleteInvariant } from "./decide.ts";

const PATH = "/api/v1/projects/{p}/invariants";

export function invariantRoutes(services: Services): readonly Route[] {
  return [...readingRoutes(services), createRoute(services), deleteRoute(services)];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inProject("read"),
      summary: "List invariants, by key, and whether each holds now",
      query: invariantsQuerySchema,
      body: noBody,
      reply: invariantListSchema,
      async handler({ scope, query: { environment, ...page } }) {
        const state = stateOf(services, scope);
        const asked = [...state.invariants.values()].filter(
          ({ document }) =>
            scope.sees(document.environment) && (environment === undefined || document.environment === environment),
        );
        const { items, ...rest } = pageByKey(asked, ({ document }) => document.key, page);
        const breaches = breachesNow(state, services);
        return { body: { ...rest, items: items.map((one) => invariantForm(breaches, one)) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{i}`,
      permission: inProject("read"),
      summary: "An invariant, and whether it holds now",
      query: noQuery,
      body: noBody,
      reply: invariantSchema,
      async handler({ scope, param }) {
        const state = stateOf(services, scope);
        const key = param("i");
        const found = invariantOf(state, key);
        // Of another environment: as if it were not there.
        if (!scope.sees(found.document.environment)) throw new RefusedError(invariantNotFound(state, key).refusal);
        return { body: invariantForm(breachesNow(state, services), found), revision: found.revision };
      },
    }),
  ];
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inProject("edit"),
    summary: "State what has to hold; a write that breaks it is refused from then on",
    query: noQuery,
    body: invariantCreateSchema,
    reply: invariantChangedSchema,
    status: 201,
    async handler({ scope, body, ...context }) {
      const { comment, ...document } = body;
      return changeAndAnswer(services, scope, context, {
        comment,
        decide: (state) => createInvariant(state, document),
        answer({ state }) {
          const made = invariantOf(state, document.key);
          const form = invariantForm(breachesNow(state, services), made);
          return { body: { ...form, head: state.head }, revision: made.revision };
        },
      });
    },
  });
}

function deleteRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{i}`,
    permission: inProject("edit"),
    summary: "Remove an invariant",
    query: commentQuerySchema,
    body: noBody,
    reply: changedSchema,
    async handler({ scope, param, query, ...context }) {
      const key = param("i");
      const { state } = await change(services, scope, context, {
        subject: (state) => state.invariants.get(key)?.revision,
        comment: query.comment,
        decide: (state) => deleteInvariant(state, key),
      });
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}

function invariantForm(
  breaches: ReturnType<typeof breachesNow>,
  { document, revision }: Revised<InvariantDocument>,
): InvariantForm {
  const breach = breaches(document);
  const stands = { revision, holds: breach === undefined, sampled: isSampled(document) };
  return { ...statementForm(document), ...stands, ...(breach === undefined ? {} : { breach }) };
}

/** As it is shown, and may be altered by whoever shows it. */
function statementForm(document: InvariantDocument): InvariantCreate {
  if ("serves" in document) return { ...document, serves: [...document.serves] };
  if ("minimumPercentage" in document) return document;
  const { never, contexts, ...placed } = document;
  return { ...placed, never: [...never], ...(contexts === undefined ? {} : { contexts: [...contexts] }) };
}
