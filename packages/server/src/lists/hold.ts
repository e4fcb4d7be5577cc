/**
 * The lists that a project's segments name, held in memory as fingerprints, level with its state: what evaluation on
 * the server looks keys up in, and what SDKs are sent.
 *
 *     state names L at version 9 ─┬─ held at 9 ─► kept as it is
 *                                 ├─ held at 7, and the change at 9 is its next ─► the rows of that difference applied
 *                                 └─ else ─► read from the database as it was at 9
 */
import { applyListDelta, FingerprintCollector, KeyList, type KeyLists } from "@bannerol/core";
import type { KeptList } from "../state/documents.ts";
import type { ProjectState } from "../state/project-state.ts";
import { keysAt } from "../store/list-history.ts";
import { type ListStore, ROWS_AT_ONCE, type StoredList } from "../store/list-store.ts";
import { inSlices } from "./in-slices.ts";
import { namedLists } from "./named-lists.ts";
import { listKeyFrom } from "./secret.ts";

export const NO_LISTS: KeyLists = new Map();

/** Whether all that the state names is held, and nothing else. */
export function isLevel(held: KeyLists, state: Pick<ProjectState, "segments">): boolean {
  const named = namedLists(state);
  return named.length === held.size && named.every(({ list, version }) => held.get(list)?.version === version);
}

/** The lists that the state names; those held, and those known to whoever wrote the change, need no reading. */
export async function holdLists(
  store: ListStore,
  state: Pick<ProjectState, "key" | "segments">,
  held: KeyLists = NO_LISTS,
): Promise<KeyLists> {
  const lists = new Map<string, KeyList>();
  for (const named of namedLists(state)) {
    const list = await listAt(store, state.key, named, held);
    if (list !== undefined) lists.set(named.list, list);
  }
  return lists;
}

/** `undefined` where the database has lost it: what names it decides nothing then. */
async function listAt(
  store: ListStore,
  project: string,
  named: KeptList,
  held: KeyLists,
): Promise<KeyList | undefined> {
  const known = held.get(named.list);
  if (known?.version === named.version) return known;
  const [stored] = await store.of(project, named.list);
  if (stored === undefined) return undefined;
  const next = known && stored.changes.find(({ revision }) => revision > known.version);
  if (known !== undefined && next?.revision === named.version) return applied(store, known, next);
  return readList(store, stored, named.version);
}

async function applied(
  store: ListStore,
  list: KeyList,
  { revision, difference }: StoredList["changes"][number],
): Promise<KeyList> {
  const added = new FingerprintCollector(list.listKey);
  const removed = new FingerprintCollector(list.listKey);
  for (let position = 0; ; position += ROWS_AT_ONCE) {
    const rows = await store.rows(difference, position, ROWS_AT_ONCE);
    for (const row of rows) (row.added ? added : removed).add(row.key);
    if (rows.length < ROWS_AT_ONCE) break;
  }
  const { version, listKey } = list;
  const delta = { from: version, version: revision, listKey };
  const parts = { added: await inSlices(added.finish()), removed: await inSlices(removed.finish()) };
  return inSlices(applyListDelta(list, { ...delta, ...parts }));
}

/** A list as it was at a revision, read from the database. */
export async function readList(store: ListStore, stored: StoredList, revision: number): Promise<KeyList> {
  const listKey = listKeyFrom(stored.secret);
  const keys = new FingerprintCollector(listKey);
  for await (const page of keysAt(store, stored, { revision })) for (const key of page) keys.add(key);
  return new KeyList({ version: revision, listKey }, await inSlices(keys.finish()));
}
