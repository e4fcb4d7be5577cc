/**
 * YAML 1.2 with places, read so that no text can do harm: no tags, no merge keys, aliases and depth bounded. It is the
 * one file that loads the `yaml` package, and is itself loaded only where there is YAML to read.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, type Node, Parser, type YAMLError } from "yaml";
import { MAX_DEPTH, type Misreading, type Parsed, type Place, TOO_DEEP } from "./place.ts";

type Token = ReturnType<Parser["parse"]> extends Generator<infer T> ? T : never;
type Part = Token | null | undefined;

/** What aliases may add to a document: a bomb of a few lines would otherwise stand for billions of values. */
const MAX_REPEATED = 1_000_000;

const GIVEN_TWICE = "This key is given twice in this map. Remove or rename one.";

const options = {
  version: "1.2",
  schema: "core",
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  // Looked at below: the composer compares each key with all before it, which takes seconds for thousands of flags.
  uniqueKeys: false,
  prettyErrors: false,
} as const;

/** A value, where it stands, and how many values there are in it. */
interface Read {
  readonly value: unknown;
  readonly place: Place;
  readonly size: number;
}

export function parseYaml(text: string): Parsed {
  const tokens = [...new Parser().parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) return { ok: false, errors: [deep] };
  const [document, second] = new Composer(options).compose(tokens, true, text.length);
  if (document === undefined) return { ok: true, value: null, place: { offset: 0 } };
  if (second !== undefined) {
    const message = "A second document begins here. Keep one in this file, and the other in a file of its own.";
    return { ok: false, errors: [{ offset: second.range[0], message }] };
  }
  const errors = [...document.errors, ...document.warnings].map(misreadingOf);
  if (errors.length > 0) return { ok: false, errors };
  return read(document.contents);
}

/**
 * The composer recurses, and near the end of the stack it can take the process with it. So the depth is looked at
 * before, in the tokens, which come without recursion.
 */
function tooDeep(tokens: readonly Token[]): Misreading | undefined {
  const open: (readonly [Part, number])[] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (token === null || token === undefined) continue;
    if (depth > MAX_DEPTH) return { offset: token.offset, message: TOO_DEEP };
    if (token.type === "document") open.push([token.value, depth]);
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) open.push([key, depth + 1], [value, depth + 1]);
  }
  return undefined;
}

const advice: { readonly [code: string]: string } = {
  NON_STRING_KEY: "A key has to be plain text. Write it as one.",
  TAB_AS_INDENT: "A tab indents this line, which YAML does not allow. Use spaces.",
  TAG_RESOLVE_FAILED: "Tags have no meaning here. Remove it.",
};

function misreadingOf({ code, message, pos }: YAMLError): Misreading {
  return { offset: pos[0], message: advice[code] ?? `${message}.` };
}

/** Thrown and caught in this file alone. */
class Unusable extends Error {
  readonly misreading: Misreading;

  constructor(misreading: Misreading) {
    super(misreading.message);
    this.misreading = misreading;
  }
}

function read(contents: Node | null): Parsed {
  const anchors = new Map<string, Read>();
  const doubled: Misreading[] = [];
  let repeated = 0;

  const readNode = (node: unknown, fallback: number): Read => {
    if (isAlias(node)) return readAlias(node.source, node.range?.[0] ?? fallback);
    const whole = readWhole(node, fallback);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) anchors.set(node.anchor, whole);
    return whole;
  };

  const readAlias = (name: string, offset: number): Read => {
    const source = anchors.get(name);
    if (source === undefined) {
      const message = `No anchor &${name} ends before this alias. Set it before, and outside of what it names.`;
      throw new Unusable({ offset, message });
    }
    repeated += source.size;
    if (repeated <= MAX_REPEATED) return source;
    const message = `Aliases repeat more than ${MAX_REPEATED} values in this file. Use fewer of them.`;
    throw new Unusable({ offset, message });
  };

  const readWhole = (node: unknown, fallback: number): Read => {
    if (isMap(node)) return readMap(node.items, node.range?.[0] ?? fallback);
    if (isSeq(node)) return readList(node.items, node.range?.[0] ?? fallback);
    const [offset = fallback] = isScalar(node) ? (node.range ?? []) : [];
    return { value: isScalar(node) ? node.value : null, place: { offset }, size: 1 };
  };

  const readList = (nodes: readonly unknown[], offset: number): Read => {
    const parts = nodes.map((node) => readNode(node, offset));
    return {
      value: parts.map(({ value }) => value),
      place: { offset, items: parts.map(({ place }) => place) },
      size: sizeOf(parts),
    };
  };

  const readMap = (pairs: readonly { readonly key: unknown; readonly value: unknown }[], offset: number): Read => {
    const values: [string, unknown][] = [];
    const fields = new Map<string, Place>();
    let size = 1;
    for (const { key, value } of pairs) {
      const name = readNode(key, offset);
      if (fields.has(String(name.value))) doubled.push({ offset: name.place.offset, message: GIVEN_TWICE });
      const part = readNode(value, name.place.offset);
      const { place } = part;
      const isCollection = place.fields !== undefined || place.items !== undefined;
      values.push([String(name.value), part.value]);
      fields.set(String(name.value), isCollection && !isAlias(value) ? { ...place, offset: name.place.offset } : place);
      size += part.size;
    }
    return { value: Object.fromEntries(values), place: { offset, fields }, size };
  };

  try {
    const { value, place } = readNode(contents, 0);
    return doubled.length > 0 ? { ok: false, errors: doubled } : { ok: true, value, place };
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, errors: [error.misreading] };
    throw error;
  }
}

function sizeOf(parts: readonly Read[]): number {
  return parts.reduce((sum, { size }) => sum + size, 1);
}
