import { isCount, isList, isRecord } from "../json.ts";
import type { Segment } from "../model.ts";
import { checkCondition } from "./condition.ts";
import { checkKey, checkText, checkTexts, checkVersion } from "./fields.ts";
import type { Read } from "./flag.ts";
import { type Check, type Finding, Inspection } from "./inspection.ts";

/** Longer lists are kept beside the document, which nobody writes them into. */
export const MAX_LISTED_KEYS = 10_000;

const checkWhen: Check = (value, inspection, step) => {
  if (value !== null) checkCondition(value, inspection, step);
};

const checkCount: Check = (value, inspection, step) => {
  if (!isCount(value)) inspection.expected("how many keys there are, a whole number from 0", value, step);
};

/** A list by reference is the server's own doing: nobody writes one. */
const checkKeys: Check = (value, inspection, step) => {
  if (inspection.forWriter || !isRecord(value)) return checkTexts(value, inspection, step);
  const before = inspection.findings.length;
  checkText(value.list, inspection, "list");
  checkCount(value.count, inspection, "count");
  inspection.place(before, step);
};

const checkMembership: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a segment, an object", value);
  checkKeys(value.included, inspection, "included");
  checkKeys(value.excluded, inspection, "excluded");
  if (value.by !== undefined) checkText(value.by, inspection, "by");
  checkWhen(value.when, inspection, "when");
};

export function readSegment(source: unknown): Read<Segment> {
  const inspection = new Inspection("reader");
  checkMembership(source, inspection);
  if (isRecord(source)) checkVersion(source.version, inspection, "version");
  const { findings } = inspection;
  return isSegment(source, findings) ? { value: source, references: inspection.references } : { findings };
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
    checkKey(source.key, inspection, "key");
    checkText(source.name, inspection, "name");
    checkText(source.description, inspection, "description");
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
