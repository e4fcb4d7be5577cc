import {
  changeListSchema,
  changesQuerySchema,
  DEFAULT_PAGE,
  verdictSchema,
  verifyQuerySchema,
} from "@bannerol/protocol/schemas";
import type { z } from "zod";
import type { ProjectScope } from "../../auth/scope.ts";
import { inProject } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { ItemName } from "../../state/documents.ts";
import type { ChangeFilter } from "../../store/port.ts";
import { isRevision } from "../moment.ts";
import { readCursor, writeCursor } from "../paging.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { changeSetRoute } from "./change-set/route.ts";
import { changeForm } from "./present.ts";
import { verifyAgainst } from "./verify.ts";

const PATH = "/api/v1/projects/{p}/changes";

export function changeRoutes(services: Services): readonly Route[] {
  return [listRoute(services), changeSetRoute(services), verifyRoute(services)];
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
      const { limit = DEFAULT_PAGE } = query;
      const filter = { ...filterOf(query), ...withinReach(scope, query.environment), limit: limit + 1 };
      const found = await services.state.watchStore(() => services.ledger.changes(scope.place.project, filter));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const { revision, head } = stateOf(services, scope);
      const items = page.flatMap((entry) => changeForm(entry, (item) => isSeen(scope, item)) ?? []);
      const more =
        last !== undefined && found.length > limit ? { nextCursor: writeCursor(String(last.change.revision)) } : {};
      return { body: { items, ...more, revision, head } };
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
    async handler({ scope, query: { head, revision } }) {
      if (head === undefined && revision !== undefined) {
        refuse("malformed_request", "A revision alone cannot be checked. Send the head that you kept of it, too.");
      }
      const kept = head === undefined ? undefined : { head, ...(revision === undefined ? {} : { revision }) };
      const { project } = scope.place;
      return { body: await services.state.watchStore(() => verifyAgainst(services.ledger, project, kept)) };
    },
  });
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

type Query = z.output<typeof changesQuerySchema>;

/** `since` and `until` are revisions, exclusive, or instants. */
function filterOf({ flag, segment, environment, actor, since, until, cursor }: Query): Omit<ChangeFilter, "limit"> {
  return {
    ...(flag === undefined ? {} : { flag }),
    ...(segment === undefined ? {} : { segment }),
    ...(environment === undefined ? {} : { environment }),
    ...(actor === undefined ? {} : { actor }),
    ...(since === undefined
      ? {}
      : isRevision(since)
        ? { sinceRevision: Number(since) }
        : { sinceAt: Date.parse(since) }),
    ...(until === undefined
      ? {}
      : isRevision(until)
        ? { untilRevision: Number(until) - 1 }
        : { untilAt: Date.parse(until) }),
    ...(cursor === undefined ? {} : { before: revisionOf(cursor) }),
  };
}

function revisionOf(cursor: string): number {
  const text = readCursor(cursor);
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  return refuse("malformed_request", "The cursor is none that this server gave. Start again without it.");
}
