import {
  changeListSchema,
  changesQuerySchema,
  installationChangesQuerySchema,
  type Verdict,
  verdictSchema,
  verifyQuerySchema,
} from "@bannerol/protocol/schemas";
import type { z } from "zod";
import type { ProjectScope } from "../../auth/scope.ts";
import { inProject, installation } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { ItemName } from "../../state/documents.ts";
import { SYSTEM_PROJECT } from "../../store/port.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { changeSetRoute } from "./change-set/route.ts";
import { pageOfChanges } from "./page.ts";
import { verifyAgainst } from "./verify.ts";

const PATH = "/api/v1/projects/{p}/changes";
const INSTALLATION_PATH = "/api/v1/changes";

export function changeRoutes(services: Services): readonly Route[] {
  return [listRoute(services), changeSetRoute(services), verifyRoute(services), ...installationRoutes(services)];
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: inProject("read"),
    summary: "The history, newest first, and its head",
    query: changesQuerySchema,
    body: noBody,
    reply: changeListSchema,
    async handler({ scope, query }) {
      const within = { ...query, ...withinReach(scope, query.environment) };
      const sees = (item: ItemName) => isSeen(scope, item);
      return { body: await pageOfChanges(services, () => stateOf(services, scope), within, sees) };
    },
  });
}

function verifyRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: `${PATH}/verify`,
    permission: inProject("read"),
    summary: "Check that nobody altered the history, and that it holds a head that was kept elsewhere",
    query: verifyQuerySchema,
    body: noBody,
    reply: verdictSchema,
    async handler({ scope, query }) {
      return { body: await verdictOn(services, scope.place.project, query) };
    },
  });
}

/** Of projects, people, tokens and webhooks. What it tells of is the whole installation's, and so is who may read it. */
function installationRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: INSTALLATION_PATH,
      permission: installation("administer"),
      summary: "The installation's history, newest first, and its head: projects, people, tokens and webhooks",
      query: installationChangesQuerySchema,
      body: noBody,
      reply: changeListSchema,
      async handler({ query }) {
        return {
          body: await pageOfChanges(
            services,
            () => services.ledger.system(),
            query,
            () => true,
          ),
        };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${INSTALLATION_PATH}/verify`,
      permission: installation("administer"),
      summary: "Check that nobody altered the installation's history, and that it holds a head that was kept elsewhere",
      query: verifyQuerySchema,
      body: noBody,
      reply: verdictSchema,
      async handler({ query }) {
        return { body: await verdictOn(services, SYSTEM_PROJECT, query) };
      },
    }),
  ];
}

function verdictOn(
  { state, ledger }: Services,
  project: string,
  { head, revision }: z.output<typeof verifyQuerySchema>,
): Promise<Verdict> {
  if (head === undefined && revision !== undefined) {
    refuse("malformed_request", "A revision alone cannot be checked. Send the head that you kept of it, too.");
  }
  const kept = head === undefined ? undefined : { head, ...(revision === undefined ? {} : { revision }) };
  return state.watchStore(() => verifyAgainst(ledger, project, kept));
}

/** A token of one environment sees that environment's history alone. */
function withinReach({ caller }: ProjectScope, asked: string | undefined): { readonly environment?: string } {
  if (caller.environment === undefined) return {};
  if (asked !== undefined && asked !== caller.environment) {
    refuse("not_allowed", `Your token is for the environment ${caller.environment} alone. Leave environment out.`);
  }
  return { environment: caller.environment };
}

function isSeen(scope: ProjectScope, { kind, key, environment }: ItemName): boolean {
  const place = kind === "environment" ? key : environment;
  return place === "" || scope.sees(place);
}
