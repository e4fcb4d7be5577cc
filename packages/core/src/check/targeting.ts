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
  checkBoolean(targeting.enabled, inspection, "enabled");
  checkVariantName(targeting.off, inspection, "off");
  checkPrerequisites(targeting.prerequisites, inspection, "prerequisites");
  checkTargets(targeting.targets, inspection, "targets");
  checkRules(targeting.rules, inspection, "rules");
  checkServe(targeting.fallthrough, inspection, "fallthrough");
}

const checkPrerequisites = listOf("prerequisites", checkReference);

const targetFields = ["variant", "keys"];

const checkTarget: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("a target, an object with variant and keys", value, step);
  const before = inspection.findings.length;
  if (inspection.findsFields) inspection.only(value, targetFields);
  checkVariantName(value.variant, inspection, "variant");
  checkTexts(value.keys, inspection, "keys");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkTargetList = listOf("targets", checkTarget);

const checkTargets: Check = (value, inspection, step) => {
  checkTargetList(value, inspection, step);
  if (!inspection.forWriter || !isList(value)) return;
  const before = inspection.findings.length;
  const counts = value.map((target) => (isRecord(target) && isList(target.keys) ? target.keys.length : 0));
  inspection.limit(
    counts.reduce((sum, count) => sum + count, 0),
    MAX_TARGET_KEYS,
    "target keys",
  );
  inspection.place(before, step);
};

const ruleFields = ["id", "name", "when", "serve"];

const checkRule: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("a rule, an object with when and serve", value, step);
  const before = inspection.findings.length;
  const { id, name, when, serve } = value;
  if (inspection.findsFields) inspection.only(value, ruleFields);
  if (!inspection.forWriter) checkText(id, inspection, "id");
  else if (id !== undefined) checkKey(id, inspection, "id");
  if (name !== undefined) checkText(name, inspection, "name");
  checkCondition(when, inspection, "when");
  checkServe(serve, inspection, "serve");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkRuleList = listOf("rules", checkRule);

const checkRules: Check = (value, inspection, step) => {
  checkRuleList(value, inspection, step);
  if (!inspection.forWriter || !isList(value)) return;
  const before = inspection.findings.length;
  inspection.limit(value.length, MAX_RULES, "rules");
  const ids = new Set<unknown>();
  for (const [at, rule] of value.entries()) {
    const id = isRecord(rule) ? rule.id : undefined;
    if (id === undefined) continue;
    if (ids.has(id))
      inspection.add("Another rule has this id. Give each rule its own, or none to have one made.", `[${at}].id`);
    ids.add(id);
  }
  inspection.place(before, step);
};
