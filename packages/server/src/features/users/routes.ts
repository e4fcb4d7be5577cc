/** People, whom personal tokens name. How they sign in is not this API's: it takes no password. */
import {
  type UserChanged,
  type UserForm,
  userChangedSchema,
  userCreateSchema,
  userListSchema,
  userPatchSchema,
  userSchema,
  usersQuerySchema,
} from "@bannerol/protocol/schemas";
import { Scope } from "../../auth/scope.ts";
import { anywhere } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { UserDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { type Answering, changeSystem } from "../commands.ts";
import { instant } from "../decision.ts";
import { pageByKey } from "../paging.ts";
import { placed, reachOf } from "../reach.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { createUser, patchUser } from "./decide.ts";

const PATH = "/api/v1/users";

export function userRoutes(services: Services): readonly Route[] {
  return [...readingRoutes(services), createRoute(services), patchRoute(services)];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: anywhere("administer"),
      summary: "List people, those who are disabled too",
      query: usersQuerySchema,
      body: noBody,
      reply: userListSchema,
      async handler({ scope, query }) {
        const { items, ...page } = pageByKey(heldUsers(services, scope), ({ document }) => document.id, query);
        return { body: { ...page, items: items.map(userForm) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{id}`,
      permission: anywhere("administer"),
      summary: "A person",
      query: noQuery,
      body: noBody,
      reply: userSchema,
      async handler({ scope, param }) {
        const found = userOf(services, scope, param("id"));
        return { body: userForm(found), revision: found.revision };
      },
    }),
  ];
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: anywhere("administer"),
    summary: "Make a person; tokens that name them let them in",
    query: noQuery,
    body: userCreateSchema,
    reply: userChangedSchema,
    status: 201,
    async handler({ scope, body: { comment, ...fields }, ...context }) {
      const place = placed(services, scope, fields);
      const user: UserDocument = { id: ruleIdFrom(services.draw), ...fields, createdAt: services.now() };
      const command: Answering<undefined, Answer<UserChanged>> = {
        comment,
        decide: (state) => createUser(state, user),
        answer: ({ state }) => answerOf(state, user.id),
      };
      return command.answer(await changeSystem(services, place, context, command));
    },
  });
}

function patchRoute(services: Services): Route {
  return defineRoute({
    method: "PATCH",
    path: `${PATH}/{id}`,
    permission: anywhere("administer"),
    summary: "Rename a person, give them another role, or disable them with all their tokens",
    query: noQuery,
    body: userPatchSchema,
    reply: userChangedSchema,
    async handler({ scope, param, body: { comment, ...fields }, ...context }) {
      const { id } = userOf(services, scope, param("id")).document;
      const at = services.now();
      const { state } = await changeSystem(services, scope, context, {
        subject: { kind: "user", key: id, environment: "" },
        comment,
        decide: (before) => patchUser(before, id, { fields, at }),
      });
      return answerOf(state, id);
    },
  });
}

/** The people whose own scope lies within the caller's. */
function heldUsers({ ledger }: Services, scope: Scope): readonly Revised<UserDocument>[] {
  return [...ledger.system().users.values()].filter(({ document }) => scope.at(reachOf(document)) instanceof Scope);
}

export function userOf(services: Services, scope: Scope, id: string): Revised<UserDocument> {
  const found = heldUsers(services, scope).find(({ document }) => document.id === id);
  return found ?? refuse("not_found", `There is no user ${quoted(id)}. List them with GET /api/v1/users.`);
}

function answerOf(state: ProjectState, id: string): Answer<UserChanged> {
  const user = state.users.get(id);
  if (user === undefined) throw new Error(`The user ${id} has vanished.`);
  return { body: { ...userForm(user), head: state.head }, revision: user.revision };
}

function userForm({ document, revision }: Revised<UserDocument>): UserForm {
  const { createdAt, disabledAt, ...rest } = document;
  const disabled = disabledAt === undefined ? {} : { disabledAt: instant(disabledAt) };
  return { ...rest, createdAt: instant(createdAt), ...disabled, revision };
}
