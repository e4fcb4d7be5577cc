import { BUCKETS } from "../bucket.ts";
import { isCount, isList, isRecord, type JsonRecord } from "../json.ts";
import { checkSeed, checkText, checkVariantName } from "./fields.ts";
import { type Check, type Inspection, listOf } from "./inspection.ts";

const serveFields = ["variant", "rollout"];
const rolloutFields = ["weights", "bucketBy", "seed"];
const writtenByServer = ["allocation"];

/** What a rule or the fallthrough serves: one variant, or a rollout over several. */
export const checkServe: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("an object with either variant or rollout", value, step);
  const before = inspection.findings.length;
  if (inspection.findsFields) inspection.only(value, serveFields);
  const { variant, rollout } = value;
  if ((variant === undefined) === (rollout === undefined)) notOne("variant", "rollout", value, inspection);
  else if (variant !== undefined) checkVariantName(variant, inspection, "variant");
  else checkRollout(rollout, inspection, "rollout");
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkRollout: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("a rollout, an object with weights", value, step);
  const before = inspection.findings.length;
  if (inspection.findsFields) inspection.only(value, rolloutFields, inspection.forWriter ? [] : writtenByServer);
  checkShares(value, inspection);
  if (value.bucketBy !== undefined) checkText(value.bucketBy, inspection, "bucketBy");
  if (value.seed !== undefined) checkSeed(value.seed, inspection, "seed");
  if (inspection.findings.length > before) inspection.place(before, step);
};

function checkShares(rollout: JsonRecord, inspection: Inspection): void {
  const { allocation, weights } = rollout;
  if (inspection.forWriter) checkWeights(weights, inspection, "weights");
  else if ((allocation === undefined) === (weights === undefined)) notOne("allocation", "weights", rollout, inspection);
  else if (allocation !== undefined) checkAllocation(allocation, inspection, "allocation");
  else checkWeights(weights, inspection, "weights");
}

function notOne(a: string, b: string, record: JsonRecord, inspection: Inspection): void {
  const given = record[a] === undefined ? `Neither ${a} nor ${b} is` : `Both ${a} and ${b} are`;
  inspection.add(`${given} given. Give exactly one of them.`);
}

const checkWeights: Check = (value, inspection, step) => {
  if (!isRecord(value)) return inspection.expected("weights, an object of whole numbers by variant", value, step);
  const before = inspection.findings.length;
  let sum = 0;
  for (const [variant, weight] of Object.entries(value)) {
    checkVariantName(variant, inspection, variant);
    checkWeight(weight, inspection, variant);
    if (typeof weight === "number") sum += weight;
  }
  if (sum > BUCKETS)
    inspection.add(`The weights add up to ${sum}, and all there is to give is ${BUCKETS}. Lower them.`);
  inspection.place(before, step);
};

const isShare = (value: unknown): value is number => isCount(value) && value <= BUCKETS;

const checkWeight: Check = (value, inspection, step) => {
  if (!isShare(value))
    inspection.expected(`a whole number from 0 to ${BUCKETS} (parts of ${BUCKETS}, so that 1000 is 1 %)`, value, step);
};

const checkRange: Check = (value, inspection, step) => {
  if (!isList(value) || value.length !== 2) return inspection.expected("a pair [upTo, variant]", value, step);
  const before = inspection.findings.length;
  checkWeight(value[0], inspection, 0);
  if (value[1] !== null) checkVariantName(value[1], inspection, 1);
  if (inspection.findings.length > before) inspection.place(before, step);
};

const checkRanges = listOf("pairs [upTo, variant]", checkRange);

const checkAllocation: Check = (value, inspection, step) => {
  checkRanges(value, inspection, step);
  if (!isList(value)) return;
  const before = inspection.findings.length;
  let last = 0;
  for (let at = 0; at < value.length; at++) {
    const range = value[at];
    const upTo: unknown = isList(range) ? range[0] : undefined;
    if (!isShare(upTo)) continue;
    if (upTo < last)
      inspection.add(`The allocation is not sorted: ${upTo} comes after ${last}. Sort it by upTo.`, `[${at}][0]`);
    last = upTo;
  }
  if (inspection.findings.length > before) inspection.place(before, step);
};
