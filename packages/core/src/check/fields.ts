import { isCount, isRecord, isSeed } from "../json.ts";
import { type Check, listOf, pathOf } from "./inspection.ts";

/** What a key of a project, an environment, a flag, a variant, a segment or a rule looks like when it is written. */
export const KEY_FORM = /^[a-z0-9][a-z0-9._-]{0,127}$/;

export const checkBoolean: Check = (value, inspection, step) => {
  if (typeof value !== "boolean") inspection.expected("true or false", value, step);
};

export const checkText: Check = (value, inspection, step) => {
  if (typeof value !== "string") inspection.expected("a string", value, step);
};

export const checkTexts = listOf("strings", checkText);

/** The form is a writer's duty: a key in a configuration file may be any text. */
export const checkKey: Check = (value, inspection, step) => {
  if (typeof value !== "string") inspection.expected("a string", value, step);
  else if (inspection.forWriter && !KEY_FORM.test(value)) {
    inspection.expected("1 to 128 of a-z 0-9 . _ -, starting with a letter or digit,", value, step);
  }
};

export const checkVersion: Check = (value, inspection, step) => {
  if (!isCount(value)) inspection.expected("a whole number from 0", value, step);
};

export const checkSeed: Check = (value, inspection, step) => {
  if (!isSeed(value)) inspection.expected("a whole number from 0 to 4294967295", value, step);
};

/** The name of one of the flag's own variants. */
export const checkVariantName: Check = (value, inspection, step) => {
  if (typeof value !== "string") inspection.expected("the key of a variant", value, step);
  else if (inspection.positionOf(value) < 0) {
    const known = namesOf(inspection.variantKeys);
    inspection.add(`The flag has no variant ${JSON.stringify(value)}. Name one of ${known}.`, pathOf(step));
  }
};

const referenceFields = ["flag", "variants"];

export const checkReference: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("an object with flag and variants", value, step);
  const before = inspection.findings.length;
  if (inspection.findsFields) inspection.only(value, referenceFields);
  if (typeof value.flag === "string") inspection.refersToFlag(value.flag);
  else checkText(value.flag, inspection, "flag");
  checkTexts(value.variants, inspection, "variants");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const NAMES_SHOWN = 10;

/** Names as a message lists them. */
export function namesOf(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "none, since there are none";
  const more = all.length > NAMES_SHOWN ? ` and ${all.length - NAMES_SHOWN} more` : "";
  return all.slice(0, NAMES_SHOWN).join(", ") + more;
}
