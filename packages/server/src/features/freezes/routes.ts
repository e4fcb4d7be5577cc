/** Windows in which nothing alters an environment but a kill: the gate in `approvals/` asks for them on every write. */
import {
  changedSchema,
  commentQuerySchema,
  type FreezeForm,
  freezeChangedSchema,
  freezeCreateSchema,
  freezeListSchema,
  freezesQuerySchema,
} from "@bannerol/protocol/schemas";
import { inEnvironment } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { FreezeDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { change, changeAndAnswer } from "../commands.ts";
import { instant } from "../decision.ts";
import { pageByKey } from "../paging.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { createFreeze, endFreeze } from "./decide.ts";

const PATH = "/api/v1/projects/{p}/environments/{e}/freezes";

export function freezeRoutes(services: Services): readonly Route[] {
  return [listRoute(services), createRoute(services), endRoute(services)];
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: inEnvironment("read"),
    summary: "List the environment's freezes, by key, those that are over too",
    query: freezesQuerySchema,
    body: noBody,
    reply: freezeListSchema,
    async handler({ scope, query }) {
      const all = [...stateOf(services, scope).freezes.values()];
      const here = all.filter(({ document }) => document.environment === scope.place.environment);
      const { items, ...page } = pageByKey(here, ({ document }) => document.key, query);
      return { body: { ...page, items: items.map((one) => freezeForm(one, services.now())) } };
    },
  });
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inEnvironment("administer"),
    summary: "Freeze the environment for a while: nothing alters its view then but a kill",
    query: noQuery,
    body: freezeCreateSchema,
    reply: freezeChangedSchema,
    status: 201,
    async handler({ scope, body: { comment, key, from, until, reason = "" }, ...context }) {
      const now = services.now();
      const { environment } = scope.place;
      const since = from === undefined ? now : Date.parse(from);
      const freeze: FreezeDocument = { key, environment, from: since, until: Date.parse(until), reason };
      return changeAndAnswer(services, scope, context, {
        comment,
        decide: (state) => createFreeze(state, freeze, now),
        answer({ state }) {
          const made = freezeIn(state, key);
          return { body: { ...freezeForm(made, now), head: state.head }, revision: made.revision };
        },
      });
    },
  });
}

function endRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{id}`,
    permission: inEnvironment("administer"),
    summary: "End a freeze, or forget one that is over",
    query: commentQuerySchema,
    body: noBody,
    reply: changedSchema,
    async handler({ scope, param, query, ...context }) {
      const key = param("id");
      const { environment } = scope.place;
      const { state } = await change(services, scope, context, {
        subject: { kind: "freeze", key, environment },
        comment: query.comment,
        decide: (before) => endFreeze(before, key, environment),
      });
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}

function freezeIn(state: ProjectState, key: string): Revised<FreezeDocument> {
  return state.freezes.get(key) ?? refuse("not_found", `The freeze ${key} has vanished.`);
}

function freezeForm({ document, revision }: Revised<FreezeDocument>, now: number): FreezeForm {
  const { key, environment, from, until, reason } = document;
  const active = from <= now && now < until;
  return { key, environment, from: instant(from), until: instant(until), reason, active, revision };
}
