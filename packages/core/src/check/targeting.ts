import { isList, isRecord, type JsonRecord } from "../json.ts";
import { checkCondition } from "./condition.ts";
import { checkBoolean, checkKey, checkReference, checkText, checkTexts, checkVariantName } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";
import { checkServe } from "./serve.ts";

const MAX_RULES = 200;
const MAX_TARGET_KEYS = 10_000;

export const targetingFields = ["enabled", "off", "prerequisites", "targets", "rules", "fallthrough"] as const;

/** The fields of a targeting, in a document of its own or in a ruleset's flag. The variants have been looked at. */
export function checkTargetingFields(targeting: JsonRecord, inspection: Inspection): void {
  inspection.required(targeting, "enabled", checkBoolean);
  inspection.required(targeting, "off", checkVariantName);
  inspection.required(targeting, "prerequisites", checkPrerequisites);
  inspection.required(targeting, "targets", checkTargets);
  inspection.required(targeting, "rules", checkRules);
  inspection.required(targeting, "fallthrough", checkServe);
}

const checkPrerequisites = listOf("prerequisites", checkReference);

const checkTarget: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a target, an object with variant and keys", value);
  inspection.only(value, ["variant", "keys"]);
  inspection.required(value, "variant", checkVariantName);
  inspection.required(value, "keys", checkTexts);
};

const checkTargetList = listOf("targets", checkTarget);

const checkTargets: Check = (value, inspection) => {
  checkTargetList(value, inspection);
  if (!inspection.forWriter || !isList(value)) return;
  const counts = value.map((target) => (isRecord(target) && isList(target.keys) ? target.keys.length : 0));
  inspection.limit(
    counts.reduce((sum, count) => sum + count, 0),
    MAX_TARGET_KEYS,
    "target keys",
  );
};

const checkRule: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a rule, an object with when and serve", value);
  inspection.only(value, ["id", "name", "when", "serve"]);
  if (inspection.forWriter) inspection.optional(value, "id", checkKey);
  else inspection.required(value, "id", checkText);
  inspection.optional(value, "name", checkText);
  inspection.required(value, "when", checkCondition);
  inspection.required(value, "serve", checkServe);
};

const checkRuleList = listOf("rules", checkRule);

const checkRules: Check = (value, inspection) => {
  checkRuleList(value, inspection);
  if (!inspection.forWriter || !isList(value)) return;
  inspection.limit(value.length, MAX_RULES, "rules");
  const ids = new Set<unknown>();
  for (const [at, rule] of value.entries()) {
    const id = isRecord(rule) ? rule.id : undefined;
    if (id === undefined) continue;
    if (ids.has(id))
      inspection.add("Another rule has this id. Give each rule its own, or none to have one made.", `[${at}].id`);
    ids.add(id);
  }
};
