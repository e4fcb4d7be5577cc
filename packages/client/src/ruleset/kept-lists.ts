/** Long lists of keys as text, to be kept beside the ruleset that names them: a line for each. */
import { encodeKeyList, type KeyList, type KeyLists, ListDecoder, type Sliced } from "@bannerol/core";

/** A list never changes, and most stay what they are from one save to the next. */
const written = new WeakMap<KeyList, string>();

/** Each with the line break before it: `"id" `, as JSON since an id may be any name, and the list's bytes in base64. */
export function* writeLists(lists: KeyLists): Sliced<string> {
  let text = "";
  for (const [id, list] of lists) text += `\n${JSON.stringify(id)} ${yield* textOf(list)}`;
  return text;
}

function* textOf(list: KeyList): Sliced<string> {
  const known = written.get(list);
  if (known !== undefined) return known;
  const pieces: string[] = [];
  let left = "";
  for (const piece of encodeKeyList(list)) {
    const bytes = left + String.fromCharCode(...piece);
    // Three bytes are four characters, so what is cut there can be put together again.
    const whole = bytes.length - (bytes.length % 3);
    pieces.push(btoa(bytes.slice(0, whole)));
    left = bytes.slice(whole);
    yield;
  }
  const text = pieces.join("") + btoa(left);
  written.set(list, text);
  return text;
}

/** What `writeLists` wrote. Throws where it is nothing of the kind. */
export function* readLists(text: string): Sliced<KeyLists> {
  const lists = new Map<string, KeyList>();
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, end < 0 ? text.length : end);
    const space = line.lastIndexOf(" ");
    const id: unknown = JSON.parse(line.slice(0, Math.max(0, space)));
    if (text[at] !== "\n" || typeof id !== "string") throw new Error("a list in it is damaged");
    lists.set(id, yield* readList(line.slice(space + 1)));
    at += line.length + 1;
  }
  return lists;
}

/** How many characters are read at once: whole groups of four. */
const PIECE = 16_384;

function* readList(text: string): Sliced<KeyList> {
  const decoder = new ListDecoder();
  for (let from = 0; from < text.length; from += PIECE) {
    decoder.push(bytesOf(text.slice(from, from + PIECE)));
    yield;
  }
  const found = decoder.finish();
  if (found.kind !== "list") throw new Error("a list in it is damaged");
  return found.list;
}

/** A loop, since `Uint8Array.from` with a mapping takes twenty times as long. */
function bytesOf(base64: string): Uint8Array {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
