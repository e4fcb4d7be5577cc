import { isList, isRecord } from "../json.ts";
import type { Segment } from "../model.ts";
import { checkCondition } from "./condition.ts";
import { checkKey, checkText, checkTexts, checkVersion } from "./fields.ts";
import type { Read } from "./flag.ts";
import { type Check, type Finding, Inspection } from "./inspection.ts";

const MAX_SEGMENT_KEYS = 1_000_000;

const checkWhen: Check = (value, inspection) => {
  if (value !== null) checkCondition(value, inspection);
};

const checkMembership: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a segment, an object", value);
  inspection.required(value, "included", checkTexts);
  inspection.required(value, "excluded", checkTexts);
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
  inspection.limit(included.length + excluded.length, MAX_SEGMENT_KEYS, "keys");
  const out = new Set(excluded);
  for (const [at, key] of included.entries()) {
    if (out.has(key))
      inspection.add("This key is in excluded too, and cannot be both. Remove it from one.", `included[${at}]`);
  }
}
