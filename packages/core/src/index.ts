export { type AllocateInput, allocate } from "./allocate.ts";
export { BUCKETS, bucketOf, variantAt } from "./bucket.ts";
export { checkChains, type ReferenceFinding } from "./check/chains.ts";
export { MAX_PATTERN_LENGTH } from "./check/condition.ts";
export { checkFlagDefinition, checkTargeting, flagKinds, MAX_FLAG_BYTES } from "./check/definition.ts";
export { KEY_FORM } from "./check/fields.ts";
export { checkFlag } from "./check/flag.ts";
export type { Finding } from "./check/inspection.ts";
export { type PatternUse, patternsIn } from "./check/patterns.ts";
export { checkReferences, type Referring, type ReferringFlag } from "./check/references.ts";
export { checkSegment, MAX_LISTED_KEYS } from "./check/segment.ts";
export { flagTypes, isFlagType } from "./check/variants.ts";
export {
  type CompiledFlag,
  type CompiledRuleset,
  compileRuleset,
  type FlagProblem,
  type KeyLists,
} from "./compile/ruleset.ts";
export type * from "./context.ts";
export { readLines, readRulesetText, rulesetPieces, rulesetText } from "./documents/ruleset-text.ts";
export { evaluate, toResult, typeOfDefault } from "./evaluate/evaluate.ts";
export { type ExplainOptions, explain } from "./evaluate/explain.ts";
export type * from "./evaluate/explanation.ts";
export { type Placement, placeIn } from "./evaluate/place.ts";
export { type FileFinding, type NormalFile, normalizeFile } from "./file-form.ts";
export { murmur3 } from "./hash.ts";
export {
  type Breach,
  breachOf,
  type Invariant,
  type VariantName,
} from "./invariants/invariant.ts";
export { type SampleContext, samplesFor } from "./invariants/samples.ts";
export { equalJson, freezeDeep, isCount, isList, isRecord, isSeed, isText } from "./json.ts";
export { layOutWeights } from "./lay-out.ts";
export { applyListDelta } from "./lists/apply-delta.ts";
export { type ListKey, listKeyOf } from "./lists/fingerprint.ts";
export type { FingerprintSet } from "./lists/fingerprint-set.ts";
export { buildKeyList, buildListDelta, KeyList, KeyListError, type ListDelta } from "./lists/key-list.ts";
export { type DecodedList, ListDecoder } from "./lists/list-decoder.ts";
export { encodeKeyList, encodeListDelta } from "./lists/list-encoder.ts";
export { atOnce, SLICE_KEYS, type Sliced } from "./lists/sliced.ts";
export { FingerprintCollector } from "./lists/sort.ts";
export type * from "./model.ts";
export { MAX_MATCHED_LENGTH } from "./operators/text.ts";
export { applyDelta } from "./patch/apply.ts";
export { checksumAfter, checksumOf, type EntityKind, entityChecksum, versionOf } from "./patch/checksum.ts";
export { diffRulesets } from "./patch/diff.ts";
export type * from "./result.ts";
export { RulesetError, readRuleset, toDocument } from "./ruleset.ts";
export { watchesOf } from "./watch.ts";
