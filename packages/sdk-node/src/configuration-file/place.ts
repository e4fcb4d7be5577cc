/** Where the parts of a document stand in its text, and how a path leads to one of them. Pure. */

/** One value of a document. Offsets are UTF-16 units from the start of the text. */
export interface Place {
  readonly offset: number;
  readonly fields?: ReadonlyMap<string, Place>;
  readonly items?: readonly Place[];
}

/** What a text holds, and where; or what keeps it from being read. */
export type Parsed =
  | { readonly ok: true; readonly value: unknown; readonly place: Place }
  | { readonly ok: false; readonly errors: readonly Misreading[] };

/** A place where reading went wrong. */
export interface Misreading {
  readonly offset: number;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** Lists and objects in each other, beyond which a text is refused: core reads none deeper, and no stack is endless. */
export const MAX_DEPTH = 300;
export const TOO_DEEP = `Lists and objects lie more than ${MAX_DEPTH} deep in each other here. Make it flatter.`;

/** The innermost place on `steps` and then `path` (as in `rules[0].when`) that is there. */
export function placeOf(root: Place, steps: readonly string[], path: string): Place {
  let place = root;
  for (const step of steps) place = place.fields?.get(step) ?? place;
  return follow(place, path);
}

function follow(place: Place, path: string): Place {
  const [step, index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
  if (step !== undefined && index !== undefined) {
    const item = place.items?.[Number(index)];
    return item === undefined ? place : follow(item, path.slice(step.length));
  }
  const name = nameAtStartOf(path, place.fields);
  const field = name === undefined ? undefined : place.fields?.get(name);
  return name === undefined || field === undefined ? place : follow(field, path.slice(name.length).replace(/^\./, ""));
}

/** A variant may be called `a.b` or `a[0]`: of the names that fit, the longest is meant. */
function nameAtStartOf(path: string, fields: Place["fields"]): string | undefined {
  let longest: string | undefined;
  for (const name of fields?.keys() ?? []) {
    const next = path[name.length];
    const fits = path.startsWith(name) && (next === undefined || next === "." || next === "[");
    if (fits && name.length > (longest?.length ?? -1)) longest = name;
  }
  return longest;
}

/** Line and column of an offset, both from 1. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
