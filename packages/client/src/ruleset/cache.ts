/**
 * The form in which a ruleset is kept from one process to the next. It checks itself: a first line with the form's
 * version and a checksum of all that follows, then JSON. What was cut, altered, written by another version, or for
 * another server or key is told from what can be used, and why.
 */
import { type KeyLists, murmur3, type Ruleset, readRuleset, toDocument } from "@bannerol/core";
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
const FORM = "bannerol-ruleset 1";

/** `binding` names the server and the key that the ruleset belongs to. */
export function writeKept({ ruleset, confirmedAt, lists = NO_LISTS }: Kept, binding: string): string {
  const beside = lists.size === 0 ? {} : { lists: writeLists(lists) };
  const body = JSON.stringify({ binding, confirmedAt, ruleset: toDocument(ruleset), ...beside });
  return `${FORM} ${sumOf(body)}\n${body}`;
}

/** Total: never throws, whatever the text. */
export function readKept(text: string, binding: string): ReadResult {
  const lineEnd = text.indexOf("\n");
  const head = text.slice(0, Math.max(lineEnd, 0));
  if (!head.startsWith(`${FORM} `)) return refused("it is not of this version's form");
  const body = text.slice(lineEnd + 1);
  if (head !== `${FORM} ${sumOf(body)}`) return refused("it is damaged");
  try {
    const kept: unknown = JSON.parse(body);
    if (typeof kept !== "object" || kept === null) return refused("it is damaged");
    if (!("binding" in kept) || kept.binding !== binding) return refused("it belongs to another server or key");
    if (!("confirmedAt" in kept) || typeof kept.confirmedAt !== "number") return refused("it has no time");
    return {
      ok: true,
      confirmedAt: kept.confirmedAt,
      ruleset: readRuleset("ruleset" in kept ? kept.ruleset : undefined),
      ...("lists" in kept && { lists: readLists(kept.lists) }),
    };
  } catch (error) {
    return refused(error instanceof Error ? error.message : "it cannot be read");
  }
}

/** 64 bits: two murmur3 sums. Against damage, not against forgery: whoever can write the file can write any. */
function sumOf(body: string): string {
  return [0, 1].map((seed) => murmur3(body, seed).toString(16).padStart(8, "0")).join("");
}

function refused(reason: string): ReadResult {
  return { ok: false, reason };
}
