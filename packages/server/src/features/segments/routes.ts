import {
  changedSchema,
  commentQuerySchema,
  type SegmentChanged,
  type SegmentForm,
  segmentChangedSchema,
  segmentCreateSchema,
  segmentListSchema,
  segmentPatchSchema,
  segmentPutSchema,
  segmentSchema,
  segmentsQuerySchema,
} from "@bannerol/protocol/schemas";
import { z } from "zod";
import type { ProjectScope } from "../../auth/scope.ts";
import { inProject } from "../../http/permission.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { countOf, isKept } from "../../lists/named-lists.ts";
import type { ItemName, SegmentDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import { type ChangeContext, type Command, change, changeAndAnswer } from "../commands.ts";
import { pageByKey } from "../paging.ts";
import { refuseUnprovedPatterns } from "../patterns.ts";
import { segmentOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { createSegment, deleteSegment, patchSegment, putSegment, type Sight } from "./decide.ts";
import { segmentKeyRoutes } from "./keys/routes.ts";

const PATH = "/api/v1/projects/{p}/segments";

/** Lists and conditions are looked at by core's checks, which say more than a schema can. */
const open = z.unknown().optional();
const openFields = { included: open, excluded: open, when: open };

export function segmentRoutes(services: Services): readonly Route[] {
  return [
    ...readingRoutes(services),
    createRoute(services),
    ...changingRoutes(services),
    deleteRoute(services),
    ...segmentKeyRoutes(services),
  ];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inProject("read"),
      summary: "List segments, by key",
      query: segmentsQuerySchema,
      body: noBody,
      reply: segmentListSchema,
      async handler({ scope, query }) {
        const segments = stateOf(services, scope).segments.values();
        const { items, ...page } = pageByKey(segments, ({ document }) => document.key, query);
        return { body: { ...page, items: items.map(summary) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{s}`,
      permission: inProject("read"),
      summary: "A segment",
      query: noQuery,
      body: noBody,
      reply: segmentSchema,
      async handler({ scope, param }) {
        const segment = segmentOf(stateOf(services, scope), param("s"));
        return { body: segmentForm(segment), revision: segment.revision };
      },
    }),
  ];
}

function createRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inProject("edit"),
    summary: "Make a segment",
    query: noQuery,
    body: segmentCreateSchema.extend(openFields),
    bodyShown: segmentCreateSchema,
    reply: segmentChangedSchema,
    status: 201,
    async handler({ scope, body, ...context }) {
      const { comment, ...fields } = body;
      await refuseUnprovedPatterns(services, "The segment", fields);
      const command: Command<undefined> = { comment, decide: (state) => createSegment(seen(services, state), fields) };
      return answerChange(services, scope, context, { key: fields.key, command });
    },
  });
}

function changingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "PUT",
      path: `${PATH}/{s}`,
      permission: inProject("edit"),
      summary: "Replace a segment whole",
      query: noQuery,
      body: segmentPutSchema.extend(openFields),
      bodyShown: segmentPutSchema,
      reply: segmentChangedSchema,
      async handler({ scope, param, body, ...context }) {
        const { comment, revision: _ignored, head: _ignoredToo, ...fields } = body;
        await refuseUnprovedPatterns(services, "The segment", fields);
        const key = param("s");
        const command: Command<undefined> = {
          subject: named(key),
          comment,
          decide: (state) => putSegment(seen(services, state), key, fields),
        };
        return answerChange(services, scope, context, { key, command });
      },
    }),
    defineRoute({
      method: "PATCH",
      path: `${PATH}/{s}`,
      permission: inProject("edit"),
      summary: "Replace the fields of a segment that are named",
      query: noQuery,
      body: segmentPatchSchema.extend(openFields),
      bodyShown: segmentPatchSchema,
      reply: segmentChangedSchema,
      async handler({ scope, param, body, ...context }) {
        const { comment, ...patch } = body;
        await refuseUnprovedPatterns(services, "The segment", patch);
        const key = param("s");
        const command: Command<undefined> = {
          subject: named(key),
          comment,
          decide: (state) => patchSegment(seen(services, state), key, patch),
        };
        return answerChange(services, scope, context, { key, command });
      },
    }),
  ];
}

function deleteRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{s}`,
    permission: inProject("edit"),
    summary: "Remove a segment that nothing uses",
    query: commentQuerySchema,
    body: noBody,
    reply: changedSchema,
    async handler({ scope, param, query, ...context }) {
      const key = param("s");
      const decide: Command<undefined>["decide"] = (state) => deleteSegment(state, key);
      const { state } = await change(services, scope, context, { subject: named(key), comment: query.comment, decide });
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}

/** The lists that are held now are those that the newest state names, which is the one that is decided on. */
function seen({ ledger }: Services, state: ProjectState): Sight {
  return { state, lists: ledger.lists(state.key) };
}

function named(key: string): ItemName {
  return { kind: "segment", key, environment: "" };
}

function answerChange(
  services: Services,
  scope: ProjectScope,
  context: ChangeContext,
  { key, command }: { readonly key: string; readonly command: Command<undefined> },
): Promise<Answer<SegmentChanged>> {
  return changeAndAnswer(services, scope, context, {
    ...command,
    answer({ state }) {
      const segment = segmentOf(state, key);
      return { body: { ...segmentForm(segment), head: state.head }, revision: segment.revision };
    },
  });
}

/** A segment as people see it. */
export function segmentForm({ document, revision }: Revised<SegmentDocument>): SegmentForm {
  return { ...document, included: keysForm(document.included), excluded: keysForm(document.excluded), revision };
}

function keysForm(keys: SegmentDocument["included"]): SegmentForm["included"] {
  return isKept(keys) ? keys : [...keys];
}

function summary({ document, revision }: Revised<SegmentDocument>) {
  const { key, name, description, included, excluded } = document;
  return { key, name, description, includedCount: countOf(included), excludedCount: countOf(excluded), revision };
}
