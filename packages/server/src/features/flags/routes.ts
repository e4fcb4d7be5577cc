import {
  commentOnlySchema,
  type FlagChanged,
  type FlagsQuery,
  flagChangedSchema,
  flagCreateSchema,
  flagListSchema,
  flagPatchSchema,
  flagSchema,
  flagsQuerySchema,
} from "@bannerol/protocol/schemas";
import { z } from "zod";
import { type ProjectScope, Scope } from "../../auth/scope.ts";
import { inProject } from "../../http/permission.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { FlagDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type ChangeContext, changeAndAnswer } from "../commands.ts";
import type { Decided } from "../decision.ts";
import { pageByKey } from "../paging.ts";
import { flagOf, stateOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { archiveFlag, createFlag, patchFlag, restoreFlag } from "./decide.ts";
import { flagForm, flagSummary } from "./present.ts";

const PATH = "/api/v1/projects/{p}/flags";

/** Variants and the fallthrough are looked at by core's checks, which say more than a schema can. */
const open = z.unknown().optional();
const createEnvelope = flagCreateSchema.extend({ variants: open, fallthrough: open });
const patchEnvelope = flagPatchSchema.extend({ variants: open });

export function flagRoutes(services: Services): readonly Route[] {
  return [...readingRoutes(services), createRoute(services), patchRoute(services), ...archivingRoutes(services)];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inProject("read"),
      summary: "List flags, by key",
      query: flagsQuerySchema,
      body: noBody,
      reply: flagListSchema,
      async handler({ scope, query }) {
        const state = stateOf(services, scope);
        const flags = [...state.flags.values()].filter(({ document }) => passes(document, query));
        const { items, ...page } = pageByKey(flags, ({ document }) => document.key, query);
        return { body: { ...page, items: items.map((flag) => flagSummary(state, flag, scope)) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{f}`,
      permission: inProject("read"),
      summary: "A flag with its targeting in each environment",
      query: noQuery,
      body: noBody,
      reply: flagSchema,
      async handler({ scope, param }) {
        const state = stateOf(services, scope);
        const flag = flagOf(state, param("f"));
        return { body: flagForm(state, flag, scope), revision: flag.revision };
      },
    }),
  ];
}

type Filter = Omit<FlagsQuery, "limit" | "cursor">;

function passes(flag: FlagDocument, { q, tag, owner, kind, type, archived = "false" }: Filter): boolean {
  const text = q?.toLowerCase();
  return (
    (archived === "all" || (archived === "true") === (flag.archivedAt !== undefined)) &&
    (text === undefined || flag.key.includes(text) || flag.description.toLowerCase().includes(text)) &&
    (tag === undefined || flag.tags.includes(tag)) &&
    (owner === undefined || flag.owner === owner) &&
    (kind === undefined || flag.kind === kind) &&
    (type === undefined || flag.type === type)
  );
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inProject("edit"),
    summary: "Make a flag, disabled everywhere",
    query: noQuery,
    body: createEnvelope,
    bodyShown: flagCreateSchema,
    reply: flagChangedSchema,
    status: 201,
    handler({ scope, body, ...context }) {
      const { comment, ...flag } = body;
      const mayReuse = mayAdminister(scope);
      const seed = services.draw.seed();
      const freshId = () => ruleIdFrom(services.draw);
      return answerChange(services, scope, context, {
        key: flag.key,
        made: true,
        comment,
        decide: (state) => createFlag(state, { flag, seed, mayReuse, freshId }),
      });
    },
  });
}

function mayAdminister(scope: ProjectScope): boolean {
  return scope.with("administer") instanceof Scope;
}

function patchRoute(services: Services): Route {
  return defineRoute({
    method: "PATCH",
    path: `${PATH}/{f}`,
    permission: inProject("edit"),
    summary: "Change a flag's definition",
    query: noQuery,
    body: patchEnvelope,
    bodyShown: flagPatchSchema,
    reply: flagChangedSchema,
    handler({ scope, param, body, ...context }) {
      const { comment, ...patch } = body;
      const key = param("f");
      return answerChange(services, scope, context, { key, comment, decide: (state) => patchFlag(state, key, patch) });
    },
  });
}

function archivingRoutes(services: Services): readonly Route[] {
  const acts = [
    {
      verb: "archive",
      summary: "Archive a flag: served as disabled from now on",
      decide: (state: ProjectState, key: string) => archiveFlag(state, key, services.now()),
    },
    { verb: "restore", summary: "Bring an archived flag back as it was", decide: restoreFlag },
  ] as const;
  return acts.map(({ verb, summary, decide }) =>
    defineRoute({
      method: "POST",
      path: `${PATH}/{f}/${verb}`,
      permission: inProject("edit"),
      summary,
      query: noQuery,
      body: commentOnlySchema,
      bodyOptional: true,
      reply: flagChangedSchema,
      handler({ scope, param, body, ...context }) {
        const key = param("f");
        return answerChange(services, scope, context, {
          key,
          comment: body.comment,
          decide: (state) => decide(state, key),
        });
      },
    }),
  );
}

interface FlagChange {
  readonly key: string;
  /** It is new: there is nothing that `If-Match` could speak of. */
  readonly made?: boolean;
  readonly comment: string | undefined;
  readonly decide: (state: ProjectState) => Decided<undefined>;
}

function answerChange(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  { key, made, comment, decide }: FlagChange,
): Promise<Answer<FlagChanged>> {
  const subject = { kind: "flag", key, environment: "" } as const;
  const command = made === true ? { comment, decide } : { subject, comment, decide };
  return changeAndAnswer(services, scope, context, {
    ...command,
    answer({ state }) {
      const flag = flagOf(state, key);
      return { body: { ...flagForm(state, flag, scope), head: state.head }, revision: flag.revision };
    },
  });
}
