/**
 * JSON with places. `JSON.parse` reads the values; what it does not tell is where something stands, where exactly a
 * text stops being JSON, and that a name is given twice.
 */
import { MAX_DEPTH, type Misreading, type Parsed, type Place, TOO_DEEP } from "./place.ts";

const SPACE = /[ \t\r\n]*/y;
/** From the space on, all but a quote and a backslash. */
const TEXT = /"[ !#-[\]-\u{10FFFF}]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\u{10FFFF}]*)*"/uy;
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/** Thrown and caught in this file alone. */
class NotJson extends Error {
  readonly misreading: Misreading;

  constructor(misreading: Misreading) {
    super(misreading.message);
    this.misreading = misreading;
  }
}

export function parseJson(text: string): Parsed {
  try {
    const place = placesIn(text);
    return { ok: true, value: JSON.parse(text), place };
  } catch (error) {
    const misreading = error instanceof NotJson ? error.misreading : { offset: 0, message: `${String(error)}.` };
    return { ok: false, errors: [misreading] };
  }
}

function placesIn(text: string): Place {
  let at = 0;

  const stop = (message: string, offset = at): never => {
    throw new NotJson({ offset, message });
  };

  const found = (): string => {
    const [word = ""] = /^(?:"[^"\n]{0,20}"?|[\w.$+-]{1,20}|[\s\S])?/u.exec(text.slice(at, at + 30)) ?? [];
    return word === "" ? "the end of the file" : word;
  };

  const read = (form: RegExp): string | undefined => {
    form.lastIndex = at;
    const token = form.exec(text)?.[0];
    at += token?.length ?? 0;
    return token;
  };

  const skip = (sign: string): boolean => {
    read(SPACE);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };

  const value = (depth: number): Place => {
    read(SPACE);
    const offset = at;
    if (depth > MAX_DEPTH) stop(TOO_DEEP);
    if (skip("{")) return { offset, fields: fields(depth) };
    if (skip("[")) return { offset, items: items(depth) };
    if (read(TEXT) === undefined && read(PLAIN) === undefined) stop(`Found ${found()} where a value has to be.`);
    return { offset };
  };

  const items = (depth: number): Place[] => {
    const places: Place[] = [];
    if (skip("]")) return places;
    do places.push(value(depth + 1));
    while (skip(","));
    if (!skip("]")) stop(`Found ${found()} where a comma or ] has to be.`);
    return places;
  };

  const fields = (depth: number): Map<string, Place> => {
    const places = new Map<string, Place>();
    if (skip("}")) return places;
    do field(places, depth);
    while (skip(","));
    if (!skip("}")) stop(`Found ${found()} where a comma or } has to be.`);
    return places;
  };

  const field = (places: Map<string, Place>, depth: number): void => {
    read(SPACE);
    const offset = at;
    const token = read(TEXT) ?? stop(`Found ${found()} where a name in double quotes has to be.`);
    const name: string = JSON.parse(token);
    if (places.has(name)) stop(`The name ${token} is given twice in this object. Remove or rename one.`, offset);
    if (!skip(":")) stop(`Found ${found()} where a colon has to be.`);
    const place = value(depth + 1);
    const isCollection = place.fields !== undefined || place.items !== undefined;
    places.set(name, isCollection ? { ...place, offset } : place);
  };

  const root = value(0);
  read(SPACE);
  if (at < text.length) stop(`Found ${found()} after the end of the document. Remove it.`);
  return root;
}
