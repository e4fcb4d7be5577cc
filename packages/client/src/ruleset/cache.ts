/**
 * The form in which a ruleset is kept from one process to the next:
 *
 *     bannerol-ruleset 3 <checksum of all that follows>
 *     {"binding": …, "confirmedAt": …}
 *     {"epoch": …, "flags":{                                    the ruleset, a line for each document
 *     …
 *     }}
 *     "<id>" <a long list's bytes>                              a line for each
 *
 * It checks itself: what was cut, altered, written by another version, or for another server or key is told from what
 * can be used, and why. Writing and reading are long work where the ruleset is large, so both are done in slices.
 */
import { type KeyLists, murmur3, type Ruleset, readRulesetText, rulesetPieces, type Sliced } from "@bannerol/core";
import { readLists, writeLists } from "./kept-lists.ts";

/** A ruleset as it was kept, and when the server last called it current: wall clock, epoch milliseconds. */
export interface Kept {
  readonly ruleset: Ruleset;
  readonly confirmedAt: number;
  /** The long lists of keys that it names. */
  readonly lists?: KeyLists | undefined;
}

export type ReadResult = ({ readonly ok: true } & Kept) | { readonly ok: false; readonly reason: string };

const NO_LISTS: KeyLists = new Map();
const FORM = "bannerol-ruleset 3";
/** No document begins a line like that. */
const RULESET_END = "\n}}";

/** How many documents are written in a slice. */
const DOCUMENTS = 64;

/** `binding` names the server and the key that the ruleset belongs to. */
export function* writeKept({ ruleset, confirmedAt, lists = NO_LISTS }: Kept, binding: string): Sliced<string> {
  const pieces = [JSON.stringify({ binding, confirmedAt }), "\n"];
  for (const piece of rulesetPieces(ruleset)) {
    pieces.push(piece);
    if (pieces.length % DOCUMENTS === 0) yield;
  }
  pieces.push(yield* writeLists(lists));
  const body = pieces.join("");
  return `${FORM} ${yield* sumOf(body)}\n${body}`;
}

/** Total: never throws, whatever the text. */
export function* readKept(text: string, binding: string): Sliced<ReadResult> {
  const lineEnd = text.indexOf("\n");
  const head = text.slice(0, Math.max(lineEnd, 0));
  if (!head.startsWith(`${FORM} `)) return refused("it is not of this version's form");
  const body = text.slice(lineEnd + 1);
  if (head !== `${FORM} ${yield* sumOf(body)}`) return refused("it is damaged");
  try {
    return yield* readBody(body, binding);
  } catch (error) {
    return refused(error instanceof Error ? error.message : "it cannot be read");
  }
}

function* readBody(body: string, binding: string): Sliced<ReadResult> {
  const start = body.indexOf("\n") + 1;
  const end = body.indexOf(RULESET_END, start) + RULESET_END.length;
  const kept: unknown = JSON.parse(body.slice(0, start));
  if (typeof kept !== "object" || kept === null) return refused("it is damaged");
  if (!("binding" in kept) || kept.binding !== binding) return refused("it belongs to another server or key");
  if (!("confirmedAt" in kept) || typeof kept.confirmedAt !== "number") return refused("it has no time");
  yield;
  const ruleset = readRulesetText(body.slice(start, end));
  const lists = yield* readLists(body.slice(end));
  return { ok: true, confirmedAt: kept.confirmedAt, ruleset, ...(lists.size > 0 && { lists }) };
}

/** How much is summed in a slice, in UTF-16 units. */
const SUMMED = 65_536;

/**
 * 64 bits: two murmur3 sums, each slice's seed being the sum of the one before. Against damage, not against forgery:
 * whoever can write the file can write any.
 */
function* sumOf(body: string): Sliced<string> {
  let sums: readonly number[] = [0, 1];
  for (let from = 0; from < body.length; from += SUMMED) {
    const slice = body.slice(from, from + SUMMED);
    sums = sums.map((seed) => murmur3(slice, seed));
    yield;
  }
  return sums.map((sum) => sum.toString(16).padStart(8, "0")).join("");
}

function refused(reason: string): ReadResult {
  return { ok: false, reason };
}
