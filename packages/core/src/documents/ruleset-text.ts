/**
 * A ruleset as text, laid out so that a reader can put off parsing what nobody asks for: JSON like any other, with each
 * document on a line of its own and its version first.
 *
 *     {"epoch":"…","revision":42,"project":"default","environment":"production","flags":{
 *     "new-checkout":{"version":42,"type":"boolean",…},
 *     "other":{"version":7,…}
 *     },"segments":{
 *     "staff":{"version":7,…}
 *     }}
 *
 * A line ends where JSON has a token end, since no text of JSON's holds a line break. Any other layout is read as JSON is.
 */
import { isRecord, isText } from "../json.ts";
import type { Documents, Ruleset } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { heldOf, textOf } from "./held.ts";
import { TextDocuments } from "./text-documents.ts";
import { Unread } from "./unread.ts";

const FLAGS = ',"flags":{';
const SEGMENTS = '},"segments":{\n';
const END = "}}";

/** The text in pieces, to be joined: one for each document, and a few between. */
export function* rulesetPieces({ flags, segments, ...envelope }: Ruleset): Generator<string> {
  yield `${JSON.stringify(envelope).slice(0, -1)}${FLAGS}\n`;
  yield* linesOf(flags);
  yield SEGMENTS;
  yield* linesOf(segments);
  yield END;
}

export const rulesetText = (ruleset: Ruleset): string => [...rulesetPieces(ruleset)].join("");

function* linesOf(documents: Documents): Generator<string> {
  let end = documents.size;
  for (const [key, held] of heldOf(documents))
    yield `${JSON.stringify(key)}:${textOf(held)}${--end > 0 ? ",\n" : "\n"}`;
}

/**
 * Reads a ruleset's text. As `readRuleset` reads what is parsed, but that a document is parsed when it is first looked
 * into: one that is no JSON then fails alone. Throws a SyntaxError or a RulesetError where there is no telling what it is.
 */
export function readRulesetText(text: string): Ruleset {
  return readLines(text) ?? readRuleset(JSON.parse(text));
}

/** How JSON writes a letter by its number. Where one may be, what a document mentions does not show in its text. */
const ESCAPED = "\\u";

/** `undefined` where a text is not laid out line by line. */
export function readLines(text: string): Ruleset | undefined {
  if (text.includes(ESCAPED)) return undefined;
  const head = text.indexOf("\n");
  const envelope = readEnvelope(text.slice(0, Math.max(head, 0)));
  if (envelope === undefined) return undefined;
  const flags = documentsFrom(text, head + 1);
  if (flags === undefined || !text.startsWith(SEGMENTS, flags.end)) return undefined;
  const segments = documentsFrom(text, flags.end + SEGMENTS.length);
  if (segments === undefined || text.slice(segments.end) !== END) return undefined;
  return { ...envelope, flags: flags.documents, segments: segments.documents };
}

/** What has a type is a message, and no ruleset. */
function readEnvelope(line: string): Ruleset | undefined {
  if (!line.endsWith(FLAGS)) return undefined;
  try {
    const envelope: unknown = JSON.parse(`${line.slice(0, -FLAGS.length)}}`);
    return isRecord(envelope) && !("type" in envelope)
      ? readRuleset({ ...envelope, flags: {}, segments: {} })
      : undefined;
  } catch {
    return undefined;
  }
}

interface Part {
  readonly documents: Documents;
  /** Where the text goes on behind them. */
  readonly end: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACE = 0x7d;
const BEFORE_VERSION = ':{"version":';

/** The lines from `start` on, up to one that is no document's. `undefined` where one is not as it is written here. */
function documentsFrom(text: string, start: number): Part | undefined {
  const held = new Map<string, unknown>();
  let at = start;
  let goesOn = text.charCodeAt(at) === QUOTE;
  while (goesOn) {
    const keyEnd = text.indexOf('"', at + 1) + 1;
    const lineEnd = text.indexOf("\n", keyEnd);
    const key = parsedText(text.slice(at, keyEnd));
    const version = text.startsWith(BEFORE_VERSION, keyEnd) ? countAt(text, keyEnd + BEFORE_VERSION.length) : undefined;
    if (key === undefined || version === undefined || lineEnd < 0) return undefined;
    goesOn = text.charCodeAt(lineEnd - 1) === COMMA;
    held.set(key, new Unread(version, text.slice(keyEnd + 1, goesOn ? lineEnd - 1 : lineEnd)));
    at = lineEnd + 1;
  }
  return { documents: new TextDocuments(held), end: at };
}

/** A string's value. Parsed, so that it is a text of its own: a slice would keep the whole ruleset's alive. */
function parsedText(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isText(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** So many digits stand for a whole number that a double holds exactly. */
const MAX_DIGITS = 15;

/** The whole number at a position that is a field's whole value. */
function countAt(text: string, start: number): number | undefined {
  let count = 0;
  let at = start;
  for (; isDigit(text.charCodeAt(at)); at++) count = count * 10 + text.charCodeAt(at) - 0x30;
  const digits = at - start;
  const end = text.charCodeAt(at);
  return digits > 0 && digits <= MAX_DIGITS && (end === COMMA || end === BRACE) ? count : undefined;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}
