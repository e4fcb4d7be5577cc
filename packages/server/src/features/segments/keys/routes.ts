/** The keys of a segment's lists, whatever their length. */
import {
  type ListPartName,
  type SegmentKeysChanged,
  segmentKeysChangedSchema,
  segmentKeysEditSchema,
  segmentKeysQuerySchema,
  segmentKeysReplaceQuerySchema,
  segmentKeysSchema,
} from "@bannerol/protocol/schemas";
import { isJsonType } from "../../../http/json.ts";
import { inProject } from "../../../http/permission.ts";
import { RefusedError, refuse } from "../../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../../http/route.ts";
import { wrongWithKey } from "../../../lists/key-limits.ts";
import { countOf } from "../../../lists/named-lists.ts";
import type { ProjectState } from "../../../state/project-state.ts";
import { segmentOf, stateOf } from "../../reading.ts";
import type { Services } from "../../services.ts";
import type { Desk } from "./commit.ts";
import { editKeys } from "./edit-keys.ts";
import { pageOfKeys } from "./page.ts";
import { replaceKeys } from "./replace-keys.ts";

const PATH = "/api/v1/projects/{p}/segments/{s}/keys";

/** Whether a request may take as long as its body arrives: the one that sends keys line by line. */
export function isKeyUpload(method: string | undefined, url: string | undefined): boolean {
  return method === "PUT" && /^\/api\/v1\/projects\/[^/?]+\/segments\/[^/?]+\/keys(\?|$)/.test(url ?? "");
}

export function segmentKeyRoutes(services: Services): readonly Route[] {
  return [readRoute(services), editRoute(services), replaceRoute(services)];
}

function readRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: inProject("read"),
    summary: "The keys of one list of a segment, in order",
    query: segmentKeysQuerySchema,
    body: noBody,
    reply: segmentKeysSchema,
    async handler({ scope, param, query }) {
      const { list = "included", ...page } = query;
      const segment = segmentOf(stateOf(services, scope), param("s"));
      const { revision } = segment;
      const keys = segment.document[list];
      const found = await pageOfKeys(services, scope.place.project, keys, page);
      return { body: { ...found, count: countOf(keys), revision }, revision };
    },
  });
}

function editRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inProject("edit"),
    summary: "Add keys to a list of a segment and remove others, as one change",
    query: noQuery,
    body: segmentKeysEditSchema,
    reply: segmentKeysChangedSchema,
    async handler({ scope, param, body, ...context }) {
      const { list = "included", add = [], remove = [], comment } = body;
      refuseWrongKeys(add);
      const desk = deskOf({ services, scope, context, key: param("s"), part: list, comment });
      return desk.answer(await editKeys(desk, { add, remove }));
    },
  });
}

function replaceRoute(services: Services): Route {
  return defineRoute({
    method: "PUT",
    path: PATH,
    permission: inProject("edit"),
    summary: "Replace a list of a segment by up to 1,000,000 keys that are streamed, one a line",
    query: segmentKeysReplaceQuerySchema,
    body: noBody,
    streamed: "Keys in UTF-8, one a line, ended by \\n or \\r\\n, of at most 1 KiB each. An empty line is passed over",
    reply: segmentKeysChangedSchema,
    async handler({ scope, param, query, stream, ...context }) {
      const { list = "included", comment } = query;
      refuseJson(context.headers);
      const desk = deskOf({ services, scope, context, key: param("s"), part: list, comment });
      return desk.answer(await replaceKeys(desk, stream));
    },
  });
}

function deskOf(request: Omit<Desk, "answer">): Desk {
  return { ...request, answer: (state) => answer(request, state) };
}

function answer({ key, part }: Pick<Desk, "key" | "part">, state: ProjectState): Answer<SegmentKeysChanged> {
  const { document, revision } = segmentOf(state, key);
  const list: ListPartName = part;
  return { body: { list, count: countOf(document[part]), revision, head: state.head }, revision };
}

/** A list in JSON would be one odd key. */
function refuseJson(headers: Headers): void {
  if (!isJsonType(headers)) return;
  const detail =
    "The body must be text, one key a line. Send it with Content-Type: text/plain, or keys in JSON by POST to the same address.";
  refuse("unsupported_media_type", detail);
}

function refuseWrongKeys(add: readonly string[]): void {
  const errors = add.flatMap((key, at) => {
    const wrong = wrongWithKey(key);
    return wrong === undefined ? [] : [{ path: `add[${at}]`, message: `It ${wrong}` }];
  });
  const [first] = errors;
  if (first === undefined) return;
  const detail = `A key cannot be kept, at ${first.path}: ${first.message}`;
  throw new RefusedError({ code: "limit_exceeded", detail, errors });
}
