import { isCount, isRecord, isSeed, isText } from "../json.ts";
import { type Check, listOf } from "./inspection.ts";

/** What a key of a project, an environment, a flag, a variant, a segment or a rule looks like when it is written. */
export const KEY_FORM = /^[a-z0-9][a-z0-9._-]{0,127}$/;

export const checkBoolean: Check = (value, inspection) => {
  if (typeof value !== "boolean") inspection.expected("true or false", value);
};

export const checkText: Check = (value, inspection) => {
  if (!isText(value)) inspection.expected("a string", value);
};

export const checkTexts = listOf("strings", checkText);

/** The form is a writer's duty: a key in a configuration file may be any text. */
export const checkKey: Check = (value, inspection) => {
  if (!isText(value)) inspection.expected("a string", value);
  else if (inspection.forWriter && !KEY_FORM.test(value)) {
    inspection.expected("1 to 128 of a-z 0-9 . _ -, starting with a letter or digit,", value);
  }
};

export const checkVersion: Check = (value, inspection) => {
  if (!isCount(value)) inspection.expected("a whole number from 0", value);
};

export const checkSeed: Check = (value, inspection) => {
  if (!isSeed(value)) inspection.expected("a whole number from 0 to 4294967295", value);
};

/** The name of one of the flag's own variants. */
export const checkVariantName: Check = (value, inspection) => {
  if (!isText(value)) inspection.expected("the key of a variant", value);
  else if (!inspection.variants.has(value)) {
    inspection.add(`The flag has no variant ${JSON.stringify(value)}. Name one of ${namesOf(inspection.variants)}.`);
  }
};

export const checkReference: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("an object with flag and variants", value);
  inspection.only(value, ["flag", "variants"]);
  inspection.required(value, "flag", checkText);
  inspection.required(value, "variants", checkTexts);
};

const NAMES_SHOWN = 10;

/** Names as a message lists them. */
export function namesOf(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "none, since there are none";
  const more = all.length > NAMES_SHOWN ? ` and ${all.length - NAMES_SHOWN} more` : "";
  return all.slice(0, NAMES_SHOWN).join(", ") + more;
}
