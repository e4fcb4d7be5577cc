import {
  type EnvironmentChanged,
  type EnvironmentCreate,
  type EnvironmentForm,
  environmentChangedSchema,
  environmentCreateSchema,
  environmentListSchema,
  environmentPatchSchema,
  environmentSchema,
} from "@bannerol/protocol/schemas";
import type { ProjectScope } from "../../auth/scope.ts";
import { inEnvironment, inProject } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { EnvironmentDocument, ItemName } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { type ChangeContext, type Command, changeAndAnswer } from "../commands.ts";
import { requireReadable, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { createEnvironment, patchEnvironment } from "./decide.ts";
import { environmentsInOrder } from "./order.ts";

const PATH = "/api/v1/projects/{p}/environments";

export function environmentRoutes(services: Services): readonly Route[] {
  return [...readingRoutes(services), ...changingRoutes(services)];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inProject("read"),
      summary: "List environments, in promotion order",
      query: noQuery,
      body: noBody,
      reply: environmentListSchema,
      async handler({ scope }) {
        const shown = environmentsInOrder(stateOf(services, scope)).filter(({ document }) => scope.sees(document.key));
        return { body: { items: shown.map(environmentForm) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{e}`,
      permission: inEnvironment("read"),
      summary: "An environment",
      query: noQuery,
      body: noBody,
      reply: environmentSchema,
      async handler({ scope }) {
        const found = environmentIn(stateOf(services, scope), scope.place.environment);
        return { body: environmentForm(found), revision: found.revision };
      },
    }),
  ];
}

function changingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "POST",
      path: PATH,
      permission: inProject("administer"),
      summary: "Make an environment; every flag starts there disabled, or as it is in another one",
      query: noQuery,
      body: environmentCreateSchema,
      reply: environmentChangedSchema,
      status: 201,
      handler({ scope, body, ...context }) {
        const { comment = copied(body), ...fields } = body;
        if (fields.from !== undefined) requireReadable(services, scope, fields.from);
        const command: Command<undefined> = { comment, decide: (state) => createEnvironment(state, fields) };
        return answerChange(services, scope, context, { key: body.key, command });
      },
    }),
    defineRoute({
      method: "PATCH",
      path: `${PATH}/{e}`,
      permission: inEnvironment("administer"),
      summary: "Rename an environment, move it in promotion order, protect it, or have its changes approved",
      query: noQuery,
      body: environmentPatchSchema,
      reply: environmentChangedSchema,
      handler({ scope, body, ...context }) {
        const { comment, ...fields } = body;
        const key = scope.place.environment;
        const subject: ItemName = { kind: "environment", key, environment: "" };
        const command: Command<undefined> = {
          subject,
          comment,
          decide: (state) => patchEnvironment(state, key, fields),
        };
        return answerChange(services, scope, context, { key, command });
      },
    }),
  ];
}

function copied({ from }: Pick<EnvironmentCreate, "from">): string | undefined {
  return from === undefined ? undefined : `Copied from ${from}`;
}

function answerChange(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  { key, command }: { readonly key: string; readonly command: Command<undefined> },
): Promise<Answer<EnvironmentChanged>> {
  return changeAndAnswer(services, scope, context, {
    ...command,
    answer({ state }) {
      const found = environmentIn(state, key);
      return { body: { ...environmentForm(found), head: state.head }, revision: found.revision };
    },
  });
}

/** A scope is only made for an environment that is there, and none is ever removed. */
function environmentIn(state: ProjectState, key: string): Revised<EnvironmentDocument> {
  return state.environments.get(key) ?? refuse("not_found", `The project ${state.key} has no environment ${key}.`);
}

function environmentForm({ document, revision }: Revised<EnvironmentDocument>): EnvironmentForm {
  const { key, name, position, protected: isProtected, approvals = 0 } = document;
  return { key, name, position, protected: isProtected, approvals, revision };
}
