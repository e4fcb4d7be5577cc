import { isCount, isList, isRecord } from "../json.ts";
import type { Segment } from "../model.ts";
import { checkCondition } from "./condition.ts";
import { checkKey, checkText, checkTexts, checkVersion } from "./fields.ts";
import type { Read } from "./flag.ts";
import { type Check, type Finding, Inspection } from "./inspection.ts";

/** Longer lists are kept beside the document, which nobody writes them into. */
export const MAX_LISTED_KEYS = 10_000;

const checkWhen: Check = (value, inspection) => {
  if (value !== null) checkCondition(value, inspection);
};

const checkCount: Check = (value, inspection) => {
  if (!isCount(value)) inspection.expected("how many keys there are, a whole number from 0", value);
};

/** A list by reference is the server's own doing: nobody writes one. */
const checkKeys: Check = (value, inspection) => {
  if (inspection.forWriter || !isRecord(value)) return checkTexts(value, inspection);
  inspection.required(value, "list", checkText);
  inspection.required(value, "count", checkCount);
};

const checkMembership: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a segment, an object", value);
  inspection.required(value, "included", checkKeys);
  inspection.required(value, "excluded", checkKeys);
  inspection.optional(value, "by", checkText);
  inspection.required(value, "when", checkWhen);
};

export function readSegment(source: unknown): Read<Segment> {
  const inspection = new Inspection("reader");
  checkMembership(source, inspection);
  if (isRecord(source)) inspection.required(source, "version", checkVersion);
  const { findings } = inspection;
  return isSegment(source, findings) ? { value: source } : { findings };
}

/** The fields that nobody will read, of a segment that is otherwise in order. */
export function unknownFieldsOfSegment(source: unknown): readonly Finding[] {
  const inspection = new Inspection("author");
  checkMembership(source, inspection);
  if (isRecord(source)) inspection.only(source, ["version", "included", "excluded", "by", "when"], named);
  return inspection.findings;
}

/** What the admin API knows of a segment beside these, and a file may well say too. */
const named = ["key", "name", "description"];

/** The checks' word for it: what they find nothing wrong with is a segment. */
function isSegment(_source: unknown, findings: readonly Finding[]): _source is Segment {
  return findings.length === 0;
}

/** What is wrong with a segment as the admin API takes it: `{key, name, description, included, excluded, by?, when}`. */
export function checkSegment(source: unknown): readonly Finding[] {
  const inspection = new Inspection("writer");
  checkMembership(source, inspection);
  if (isRecord(source)) {
    inspection.only(source, ["key", "name", "description", "included", "excluded", "by", "when"]);
    inspection.required(source, "key", checkKey);
    inspection.required(source, "name", checkText);
    inspection.required(source, "description", checkText);
    checkLists(source.included, source.excluded, inspection);
  }
  return inspection.findings;
}

function checkLists(included: unknown, excluded: unknown, inspection: Inspection): void {
  if (!isList(included) || !isList(excluded)) return;
  for (const [name, list] of Object.entries({ included, excluded })) {
    if (list.length > MAX_LISTED_KEYS) inspection.under(name, () => inspection.exceeds(tooLong(list.length)));
  }
  const out = new Set(excluded);
  for (const [at, key] of included.entries()) {
    if (out.has(key))
      inspection.add("This key is in excluded too, and cannot be both. Remove it from one.", `included[${at}]`);
  }
}

function tooLong(length: number): string {
  return `There are ${length} keys, and a segment's document holds at most ${MAX_LISTED_KEYS} in a list. Put longer lists line by line: bannerol segment import, or PUT …/keys.`;
}
