import { isRecord } from "../json.ts";
import type { Flag } from "../model.ts";
import type { References } from "../references.ts";
import { checkSeed, checkVersion } from "./fields.ts";
import { type Check, type Finding, Inspection } from "./inspection.ts";
import { checkTargetingFields, targetingFields } from "./targeting.ts";
import { checkType, checkVariants } from "./variants.ts";

const checkFields: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a flag, an object", value);
  checkVersion(value.version, inspection, "version");
  checkType(value.type, inspection, "type");
  checkSeed(value.seed, inspection, "seed");
  checkVariants(value, inspection);
  checkTargetingFields(value, inspection);
};

/** What the admin API knows of a flag beside these, and a file may well say too. */
const unread = ["key", "kind", "description", "tags", "owner", "clientSide", "expectedLifetimeDays", "watch"];

/** The fields that nobody will read, of a flag that is otherwise in order. */
export function unknownFieldsOfFlag(source: unknown): readonly Finding[] {
  const inspection = new Inspection("author");
  checkFields(source, inspection);
  if (isRecord(source)) inspection.only(source, ["version", "type", "seed", "variants", ...targetingFields], unread);
  return inspection.findings;
}

/** What keeps a ruleset's flag from being read. Nothing: it can be evaluated. No limit is checked. */
export function checkFlag(source: unknown): readonly Finding[] {
  const inspection = new Inspection("reader");
  checkFields(source, inspection);
  return inspection.findings;
}

export type Read<T> =
  | { readonly value: T; readonly references: References }
  | { readonly findings: readonly Finding[] };

export function readFlag(source: unknown): Read<Flag> {
  const inspection = new Inspection("reader");
  checkFields(source, inspection);
  const { findings } = inspection;
  return isFlag(source, findings) ? { value: source, references: inspection.references } : { findings };
}

/** The checks' word for it: what they find nothing wrong with is a flag. */
function isFlag(_source: unknown, findings: readonly Finding[]): _source is Flag {
  return findings.length === 0;
}
