/** Rows of lists as every database gives them, put together. */
import type { StoredList } from "./list-store.ts";

/** A list beside one of its changes. */
export interface ListRow {
  readonly id: string;
  readonly number: number;
  readonly secret: string;
  readonly revision: number;
  readonly difference: number;
}

/** `rows` in the order of their revisions. */
export function groupedLists(rows: readonly ListRow[]): readonly StoredList[] {
  const found = new Map<string, StoredList & { readonly changes: StoredList["changes"][number][] }>();
  for (const { id, number, secret, revision, difference } of rows) {
    const list = found.get(id) ?? { id, number, secret, changes: [] };
    list.changes.push({ revision, difference });
    found.set(id, list);
  }
  return [...found.values()];
}
