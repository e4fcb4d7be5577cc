/** Entity tags: a document's is the revision that wrote it, quoted. */
import type { Refusal } from "./refusal.ts";

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** The tags of an `If-Match` or `If-None-Match` header. */
function tagsOf(header: string): readonly string[] {
  return header.split(",").map((tag) => tag.trim());
}

/**
 * Whether a change may go on: with `If-Match`, only where the document still is what was read. `revision` is that of
 * the document now, `undefined` where it is not there. Weak tags match nothing.
 */
export function checkIfMatch(header: string | null, revision: number | undefined): Refusal | undefined {
  if (header === null) return undefined;
  const tags = tagsOf(header);
  const current = revision === undefined ? undefined : etagOf(revision);
  if (current !== undefined && (tags.includes("*") || tags.includes(current))) return undefined;
  const state = revision === undefined ? "it is not there any more" : `it is at revision ${revision} now`;
  return {
    code: "precondition_failed",
    detail: `Somebody was faster: ${state}. Read it again, see what differs, and send the change with its new ETag.`,
    ...(current === undefined ? {} : { etag: current }),
  };
}

/** Whether `If-None-Match` names this tag; a weak spelling of it counts, as RFC 9110 says of GET. */
export function matchesNone(header: string | undefined | null, etag: string): boolean {
  if (header === undefined || header === null) return false;
  return tagsOf(header).some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}
