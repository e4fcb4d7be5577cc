import { isJson, isList, isRecord, type JsonRecord } from "../json.ts";
import type { FlagType } from "../model.ts";
import { shown } from "../operators/operator.ts";
import { checkKey, checkText } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";

const MAX_VARIANTS = 64;

const fits: { readonly [type in FlagType]: (value: unknown) => boolean } = {
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  json: (value) => value !== undefined && isJson(value),
};

/** The types that a flag can have. */
export const flagTypes: readonly FlagType[] = ["boolean", "string", "number", "json"];

export function isFlagType(value: unknown): value is FlagType {
  return flagTypes.some((type) => type === value);
}

export const checkType: Check = (value, inspection) => {
  if (!isFlagType(value)) inspection.expected(`one of ${flagTypes.join(", ")}`, value);
};

const checkVariant: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a variant, an object with key and value", value);
  inspection.only(value, ["key", "value", "description"]);
  inspection.required(value, "key", checkKey);
  if (inspection.forWriter) inspection.optional(value, "description", checkText);
  if (value.value === undefined) inspection.add("It is missing. Give the variant a value.", "value");
};

const checkList = listOf("variants", checkVariant);

/** The variants of `flag`, their keys once each, their values of its type. Leaves their keys for what comes after. */
export function checkVariants(flag: JsonRecord, inspection: Inspection): void {
  const type = isFlagType(flag.type) ? flag.type : undefined;
  inspection.required(flag, "variants", (variants) => {
    checkList(variants, inspection);
    if (!isList(variants)) return;
    inspection.limit(variants.length, MAX_VARIANTS, "variants");
    const keys = new Set<string>();
    inspection.each(variants, (variant) => {
      if (!isRecord(variant)) return;
      checkKeyIsNew(variant.key, keys, inspection);
      if (type !== undefined) checkFits(variant.value, type, inspection);
    });
    inspection.variants = keys;
  });
}

function checkKeyIsNew(key: unknown, keys: Set<string>, inspection: Inspection): void {
  if (typeof key !== "string") return;
  if (keys.has(key)) inspection.add(`The variant ${shown(key)} is listed twice. Remove or rename one.`, "key");
  keys.add(key);
}

function checkFits(value: unknown, type: FlagType, inspection: Inspection): void {
  if (value === undefined || fits[type](value)) return;
  inspection.add(`Found ${shown(value)}, and the flag is of type ${type}. Give a ${type} value.`, "value");
}
