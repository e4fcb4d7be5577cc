import type {
  Changed,
  CommentQuery,
  SegmentChanged,
  SegmentCreate,
  SegmentForm,
  SegmentKeys,
  SegmentKeysChanged,
  SegmentKeysEdit,
  SegmentKeysQuery,
  SegmentKeysReplaceQuery,
  SegmentList,
  SegmentPatch,
  SegmentPut,
  SegmentsQuery,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, SegmentName } from "./options.ts";

/** Reusable sets of contexts. */
export function segmentCalls(send: Send) {
  const segments = (project: string) => ["projects", project, "segments"];
  const path = ({ project, segment }: SegmentName) => [...segments(project), segment];
  const keys = (name: SegmentName) => [...path(name), "keys"];
  return {
    list: (project: string, query: SegmentsQuery = {}) =>
      send<SegmentList>({ method: "GET", path: segments(project), query: { ...query } }),
    get: (name: SegmentName) => send<SegmentForm>({ method: "GET", path: path(name) }),
    create: (project: string, body: SegmentCreate) =>
      send<SegmentChanged>({ method: "POST", path: segments(project), body }),
    put: (name: SegmentName, body: SegmentPut, { ifMatch }: ChangeOptions = {}) =>
      send<SegmentChanged>({ method: "PUT", path: path(name), body, ifMatch }),
    update: (name: SegmentName, body: SegmentPatch, { ifMatch }: ChangeOptions = {}) =>
      send<SegmentChanged>({ method: "PATCH", path: path(name), body, ifMatch }),
    delete: (name: SegmentName, query: CommentQuery = {}, { ifMatch }: ChangeOptions = {}) =>
      send<Changed>({ method: "DELETE", path: path(name), query: { ...query }, ifMatch }),
    /** The keys of one of its lists, a page of them. */
    keys: (name: SegmentName, query: SegmentKeysQuery = {}) =>
      send<SegmentKeys>({ method: "GET", path: keys(name), query: { ...query } }),
    editKeys: (name: SegmentName, body: SegmentKeysEdit, { ifMatch }: ChangeOptions = {}) =>
      send<SegmentKeysChanged>({ method: "POST", path: keys(name), body, ifMatch }),
    /** Replaces one of its lists by keys in UTF-8, one a line; they are sent as they come. */
    replaceKeys: (
      name: SegmentName,
      lines: AsyncIterable<Uint8Array>,
      { ifMatch, ...query }: SegmentKeysReplaceQuery & ChangeOptions = {},
    ) => send<SegmentKeysChanged>({ method: "PUT", path: keys(name), query: { ...query }, lines, ifMatch }),
  };
}
