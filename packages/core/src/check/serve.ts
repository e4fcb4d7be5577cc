import { BUCKETS } from "../bucket.ts";
import { isCount, isList, isRecord, type JsonRecord } from "../json.ts";
import { checkSeed, checkText, checkVariantName } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";

/** What a rule or the fallthrough serves: one variant, or a rollout over several. */
export const checkServe: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("an object with either variant or rollout", value);
  inspection.only(value, ["variant", "rollout"]);
  if (!hasOneOf(value, ["variant", "rollout"], inspection)) return;
  inspection.optional(value, "variant", checkVariantName);
  inspection.optional(value, "rollout", checkRollout);
};

const checkRollout: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("a rollout, an object with weights", value);
  inspection.only(value, ["weights", "bucketBy", "seed"], inspection.forWriter ? [] : ["allocation"]);
  if (inspection.forWriter) inspection.required(value, "weights", checkWeights);
  else if (hasOneOf(value, ["allocation", "weights"], inspection)) {
    inspection.optional(value, "allocation", checkAllocation);
    inspection.optional(value, "weights", checkWeights);
  }
  inspection.optional(value, "bucketBy", checkText);
  inspection.optional(value, "seed", checkSeed);
};

function hasOneOf(record: JsonRecord, names: readonly [string, string], inspection: Inspection): boolean {
  const a = names[0];
  const b = names[1];
  if ((record[a] === undefined) !== (record[b] === undefined)) return true;
  inspection.add(`${record[a] === undefined ? "Neither" : "Both"} ${a} and ${b} are given. Give exactly one of them.`);
  return false;
}

const checkWeights: Check = (value, inspection) => {
  if (!isRecord(value)) return inspection.expected("weights, an object of whole numbers by variant", value);
  let sum = 0;
  for (const [variant, weight] of Object.entries(value)) {
    inspection.into(variant, variant, checkVariantName);
    inspection.into(variant, weight, checkWeight);
    if (typeof weight === "number") sum += weight;
  }
  if (sum > BUCKETS)
    inspection.add(`The weights add up to ${sum}, and all there is to give is ${BUCKETS}. Lower them.`);
};

const isShare = (value: unknown): value is number => isCount(value) && value <= BUCKETS;

const checkWeight: Check = (value, inspection) => {
  if (!isShare(value))
    inspection.expected(`a whole number from 0 to ${BUCKETS} (parts of ${BUCKETS}, so that 1000 is 1 %)`, value);
};

const checkRange: Check = (value, inspection) => {
  if (!isList(value) || value.length !== 2) return inspection.expected("a pair [upTo, variant]", value);
  inspection.into(0, value[0], checkWeight);
  if (value[1] !== null) inspection.into(1, value[1], checkVariantName);
};

const checkRanges = listOf("pairs [upTo, variant]", checkRange);

const checkAllocation: Check = (value, inspection) => {
  checkRanges(value, inspection);
  if (!isList(value)) return;
  let last = 0;
  for (let at = 0; at < value.length; at++) {
    const range = value[at];
    const upTo: unknown = isList(range) ? range[0] : undefined;
    if (!isShare(upTo)) continue;
    if (upTo < last)
      inspection.add(`The allocation is not sorted: ${upTo} comes after ${last}. Sort it by upTo.`, `[${at}][0]`);
    last = upTo;
  }
};
