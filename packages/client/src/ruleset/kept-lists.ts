/** Long lists of keys as text, to be kept beside the ruleset that names them. */
import { encodeKeyList, type KeyList, type KeyLists, ListDecoder } from "@bannerol/core";

/** `[id, the list's bytes in base64]`, since an id may be any name. */
export type KeptLists = readonly (readonly [id: string, bytes: string])[];

/** A list never changes, and most stay what they are from one save to the next. */
const written = new WeakMap<KeyList, string>();

export function writeLists(lists: KeyLists): KeptLists {
  return [...lists].map(([id, list]) => [id, textOf(list)]);
}

function textOf(list: KeyList): string {
  const known = written.get(list);
  if (known !== undefined) return known;
  const text = btoa(Array.from(encodeKeyList(list), (piece) => String.fromCharCode(...piece)).join(""));
  written.set(list, text);
  return text;
}

/** Throws where they are none. */
export function readLists(kept: unknown): KeyLists {
  if (!Array.isArray(kept)) throw new Error("its lists are damaged");
  return new Map(kept.map(readList));
}

/** How many bytes are read at once. */
const PIECE = 16_384;

function readList(entry: unknown): readonly [string, KeyList] {
  const [id, text]: readonly unknown[] = Array.isArray(entry) ? entry : [];
  if (typeof id !== "string" || typeof text !== "string") throw new Error("a list in it is damaged");
  const bytes = atob(text);
  const decoder = new ListDecoder();
  for (let from = 0; from < bytes.length; from += PIECE) {
    decoder.push(Uint8Array.from(bytes.slice(from, from + PIECE), (byte) => byte.charCodeAt(0)));
  }
  const found = decoder.finish();
  if (found.kind !== "list") throw new Error("a list in it is damaged");
  return [id, found.list];
}
