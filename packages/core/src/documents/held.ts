/** What can be asked of documents as they are held, without looking into those that nobody has looked into. */
import { equalJson, isRecord } from "../json.ts";
import type { Documents } from "../model.ts";
import { Unread } from "./unread.ts";

export function documentOf(held: unknown): unknown {
  return held instanceof Unread ? held.document : held;
}

export const heldOf = (documents: Documents): ReadonlyMap<string, unknown> => documents.held ?? documents;

/** Whether two say the same. Equal texts do, and are not parsed to find it. */
export function sameDocument(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (before instanceof Unread && after instanceof Unread) {
    const text = before.unreadText;
    if (text !== undefined && text === after.unreadText) return true;
  }
  return equalJson(documentOf(before), documentOf(after));
}

/** The text of a document that nobody has looked into, or the text that it has as JSON. */
export function textOf(held: unknown): string {
  const text = held instanceof Unread ? held.unreadText : undefined;
  return text ?? written(documentOf(held));
}

/** One that is too deep to be written, and to be read, fails alone: of it the version is left, so that checksums stay. */
function written(document: unknown): string {
  try {
    return JSON.stringify(document) ?? "null";
  } catch {
    return JSON.stringify({ version: isRecord(document) ? document.version : 0 });
  }
}
