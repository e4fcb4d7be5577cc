/** What can be asked of documents as they are held, without looking into those that nobody has looked into. */
import { equalJson } from "../json.ts";
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
  return text ?? JSON.stringify(documentOf(held)) ?? "null";
}

/** Letters may be written by their number, and then a name does not show in the text. */
const ESCAPED = "\\u";

/**
 * The documents that may have a field of one of these names, at any depth. One whose text shows none is passed over, and
 * not looked into.
 */
export function* documentsNaming(documents: Documents, names: readonly string[]): Generator<[string, unknown]> {
  const shown = [...names.map((name) => JSON.stringify(name)), ESCAPED];
  for (const [key, held] of heldOf(documents)) {
    const text = held instanceof Unread ? held.unreadText : undefined;
    if (text === undefined || shown.some((each) => text.includes(each))) yield [key, documentOf(held)];
  }
}
