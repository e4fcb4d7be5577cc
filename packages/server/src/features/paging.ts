/** Pages of a list that is sorted by key: a cursor is the last key of the page before, so nothing is skipped or doubled. */
import { DEFAULT_PAGE } from "@bannerol/protocol/schemas";
import { refuse } from "../http/refusal.ts";

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor?: string;
}

interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

/** `keyOf` names an item within the list; the order is that of UTF-16 units, the same everywhere. */
export function pageByKey<T>(
  all: Iterable<T>,
  keyOf: (item: T) => string,
  { cursor, limit = DEFAULT_PAGE }: PageQuery,
): Page<T> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const sorted = [...all].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return last === undefined || rest.length === items.length
    ? { items }
    : { items, nextCursor: writeCursor(keyOf(last)) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function writeCursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

export function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  // No list has U+0000 in a key, and PostgreSQL cannot be asked for what comes after it.
  if (writeCursor(text) === cursor && text !== "" && !text.includes("\0")) return text;
  return refuse("malformed_request", "The cursor is none that this server gave. Start again without it.");
}
