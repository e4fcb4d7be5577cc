import { isJson, isRecord, type JsonRecord } from "../json.ts";
import type { FlagType } from "../model.ts";
import { shown } from "../operators/operator.ts";
import { checkKey, checkText } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";

const MAX_VARIANTS = 64;

const fits: { readonly [type in FlagType]: (value: unknown) => boolean } = {
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => Number.isFinite(value),
  json: (value) => isJson(value),
};

/** The types that a flag can have. */
export const flagTypes: readonly FlagType[] = ["boolean", "string", "number", "json"];

const typeNames: ReadonlySet<unknown> = new Set(flagTypes);

export function isFlagType(value: unknown): value is FlagType {
  return typeNames.has(value);
}

export const checkType: Check = (value, inspection, step) => {
  if (!isFlagType(value)) inspection.expected(`one of ${flagTypes.join(", ")}`, value, step);
};

const variantFields = ["key", "value", "description"];

const checkVariant: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("a variant, an object with key and value", value, step);
  const before = inspection.findings.length;
  if (inspection.findsFields) inspection.only(value, variantFields);
  checkKey(value.key, inspection, "key");
  if (inspection.forWriter && value.description !== undefined) checkText(value.description, inspection, "description");
  if (value.value === undefined) inspection.add("It is missing. Give the variant a value.", "value");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkList = listOf("variants", checkVariant);

/** The variants of `flag`, their keys once each, their values of its type. Names them for what comes after. */
export function checkVariants({ type, variants }: JsonRecord, inspection: Inspection): void {
  checkList(variants, inspection, "variants");
  if (!Array.isArray(variants)) return;
  const before = inspection.findings.length;
  inspection.name(variants);
  if (variants.length === 0)
    inspection.add("There are none. Give the flag at least one, an object with key and value.");
  if (inspection.forWriter) inspection.limit(variants.length, MAX_VARIANTS, "variants");
  checkTogether(variants, isFlagType(type) ? type : undefined, inspection);
  if (inspection.findings.length > before) inspection.place(before, "variants");
}

function checkTogether(variants: readonly unknown[], type: FlagType | undefined, inspection: Inspection): void {
  for (let at = 0; at < variants.length; at++) {
    const variant = variants[at];
    if (!isRecord(variant)) continue;
    const { key, value } = variant;
    if (typeof key === "string" && inspection.positionOf(key) !== at) {
      inspection.add(`The variant ${shown(key)} is listed twice. Remove or rename one.`, `[${at}].key`);
    }
    if (value !== undefined && type !== undefined && !fits[type](value)) {
      const message = `Found ${shown(value)}, and the flag is of type ${type}. Give a ${type} value.`;
      inspection.add(message, `[${at}].value`);
    }
  }
}
