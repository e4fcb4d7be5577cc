import { isRecord, type JsonRecord } from "../json.ts";
import type { FlagType, Variant } from "../model.ts";
import { checkBoolean, checkKey, checkSeed, checkText, checkTexts } from "./fields.ts";
import { type Check, type Finding, Inspection } from "./inspection.ts";
import { checkTargetingFields, targetingFields } from "./targeting.ts";
import { checkType, checkVariants } from "./variants.ts";

/** Bytes of UTF-8 JSON. */
export const MAX_FLAG_BYTES = 256 * 1024;

export const flagKinds = ["release", "experiment", "ops", "permission"] as const;

const checkFlagKind: Check = (value, inspection, step) => {
  if (!flagKinds.some((kind) => kind === value)) inspection.expected(`one of ${flagKinds.join(", ")}`, value, step);
};

const definitionFields: readonly (readonly [string, Check])[] = [
  ["key", checkKey],
  ["type", checkType],
  ["kind", checkFlagKind],
  ["description", checkText],
  ["tags", checkTexts],
  ["owner", checkText],
  ["clientSide", checkBoolean],
  ["seed", checkSeed],
];

/** What is wrong with what is the same of a flag in every environment, as the admin API takes it. */
export function checkFlagDefinition(source: unknown): readonly Finding[] {
  const inspection = new Inspection("writer");
  if (isRecord(source)) checkDefinition(source, inspection);
  else inspection.expected("a flag, an object", source);
  return inspection.findings;
}

function checkDefinition(flag: JsonRecord, inspection: Inspection): void {
  inspection.only(flag, [...definitionFields.map(([name]) => name), "variants"]);
  for (const [name, check] of definitionFields) check(flag[name], inspection, name);
  checkVariants(flag, inspection);
  checkSize(flag, inspection);
}

/**
 * What is wrong with one environment's targeting of `flag`, as the admin API takes it: rollouts carry weights, a rule
 * may come without an id. What it refers to is `checkReferences`' to look at.
 */
export function checkTargeting(
  source: unknown,
  flag: { readonly type: FlagType; readonly variants: readonly Variant[] },
): readonly Finding[] {
  const inspection = new Inspection("writer");
  if (!isRecord(source)) inspection.expected("a targeting, an object", source);
  else {
    inspection.name(flag.variants);
    inspection.only(source, targetingFields);
    checkTargetingFields(source, inspection);
    checkSize({ ...source, variants: flag.variants }, inspection);
  }
  return inspection.findings;
}

function checkSize(flag: JsonRecord, inspection: Inspection): void {
  if (inspection.findings.length > 0) return;
  const bytes = utf8Length(JSON.stringify(flag));
  if (bytes <= MAX_FLAG_BYTES) return;
  inspection.exceeds(
    `The flag takes ${bytes} bytes, and the limit is ${MAX_FLAG_BYTES}. Move long lists of keys into a segment.`,
  );
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}
