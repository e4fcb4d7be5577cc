/** What an edit of a segment's keys makes of it. Pure. */
import { type KeyList, type KeyLists, MAX_LISTED_KEYS } from "@bannerol/core";
import { MAX_SEGMENT_KEYS } from "../../../lists/key-limits.ts";
import { countOf, isKept, listParts } from "../../../lists/named-lists.ts";
import type { Item, SegmentDocument } from "../../../state/documents.ts";
import type { ListPart } from "../../../store/list-store.ts";
import { type Refused, refused } from "../../decision.ts";

/** Keys to come and keys to go. A key in both comes. */
export interface KeyEdit {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** The list as it would be; `undefined` where that is too long for a document. */
export function editedKeys(keys: readonly string[], { add, remove }: KeyEdit): readonly string[] | undefined {
  const added = new Set(add);
  const gone = new Set(remove);
  const after = new Set(keys.filter((key) => added.has(key) || !gone.has(key)));
  for (const key of added) after.add(key);
  return after.size > MAX_LISTED_KEYS ? undefined : [...after];
}

/** The segment with one of its lists replaced. */
export function withKeys(segment: SegmentDocument, part: ListPart, keys: SegmentDocument["included"]): SegmentDocument {
  return { ...segment, [part]: keys };
}

export function itemOf(after: SegmentDocument): Item {
  return { kind: "segment", key: after.key, environment: "", after };
}

/** Whether a key is in a list of a segment, as evaluation on the server would see it. */
export function hasKey(keys: SegmentDocument["included"], lists: KeyLists): (key: string) => boolean {
  if (!isKept(keys)) {
    const listed = new Set(keys);
    return (key) => listed.has(key);
  }
  const list: KeyList | undefined = lists.get(keys.list);
  return (key) => list?.has(key) ?? false;
}

export function otherPart(part: ListPart): ListPart {
  return part === "included" ? "excluded" : "included";
}

/** No key may be in both lists. */
export function inOtherList(segment: string, part: ListPart, key: string): Refused {
  const detail = `The key ${shown(key)} is in ${otherPart(part)} of segment ${segment} too, and cannot be in both. Remove it from one.`;
  return refused("invalid", detail);
}

export function refuseSize(segment: SegmentDocument): Refused | undefined {
  const count = listParts.reduce((sum, part) => sum + countOf(segment[part]), 0);
  if (count <= MAX_SEGMENT_KEYS) return undefined;
  const detail = `Segment ${segment.key} would have ${count} keys, and the limit is ${MAX_SEGMENT_KEYS}. Remove some, or tell the members by a condition.`;
  return refused("limit_exceeded", detail);
}

/** A key as an error shows it. */
export function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}
