/**
 * Whether a flag's or a segment's document can be read, by the words of the model, sharing no code with what is
 * shipped. Fields that the model does not name are let pass: a newer server may have written them.
 */

import { isOperator } from "./oracle-operators.ts";

type Shape = (value: unknown) => boolean;

const isText: Shape = (value) => typeof value === "string";
const isFlagOf =
  (...names: readonly string[]): Shape =>
  (value) =>
    typeof value === "string" && names.includes(value);
const isBoolean: Shape = (value) => typeof value === "boolean";
const isWhole =
  (most: number): Shape =>
  (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
const isListOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && Array.from(value).every(shape);
const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
const isRecord: Shape = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const has =
  (shapes: { readonly [name: string]: Shape }): Shape =>
  (value) =>
    isRecord(value) && Object.entries(shapes).every(([name, shape]) => shape(field(value, name)));

const isVersion = isWhole(Number.MAX_SAFE_INTEGER);
const isSeed = isWhole(2 ** 32 - 1);
const isReference = has({ flag: isText, variants: isListOf(isText) });

export function isReadable(kind: "flag" | "segment", document: unknown): boolean {
  return kind === "flag" ? isReadableFlag(document) : isReadableSegment(document);
}

const isReadableSegment = has({
  version: isVersion,
  included: isListOf(isText),
  excluded: isListOf(isText),
  by: optional(isText),
  when: (when) => when === null || isCondition(when),
});

function isReadableFlag(flag: unknown): boolean {
  const keys = variantKeys(field(flag, "type"), field(flag, "variants"));
  if (keys === undefined) return false;
  const isVariant = isFlagOf(...keys);
  const isServe = serveOf(isVariant, keys);
  return has({
    version: isVersion,
    seed: isSeed,
    enabled: isBoolean,
    off: isVariant,
    prerequisites: isListOf(isReference),
    targets: isListOf(has({ variant: isVariant, keys: isListOf(isText) })),
    rules: isListOf(has({ id: isText, name: optional(isText), when: isCondition, serve: isServe })),
    fallthrough: isServe,
  })(flag);
}

/** `undefined` where the variants, or their type, cannot be read. */
function variantKeys(type: unknown, variants: unknown): readonly string[] | undefined {
  const values: { readonly [type: string]: Shape } = {
    boolean: isBoolean,
    string: isText,
    number: Number.isFinite,
    json: (value) => value !== undefined,
  };
  const isValue = isText(type) && Object.hasOwn(values, String(type)) ? values[String(type)] : undefined;
  if (isValue === undefined || !isListOf(has({ key: isText, value: isValue }))(variants)) return undefined;
  const keys = Array.isArray(variants) ? variants.map((variant) => String(field(variant, "key"))) : [];
  return new Set(keys).size === keys.length ? keys : undefined;
}

function serveOf(isVariant: Shape, keys: readonly string[]): Shape {
  const isRollout = (rollout: unknown): boolean => {
    const [allocation, weights] = [field(rollout, "allocation"), field(rollout, "weights")];
    if ((allocation === undefined) === (weights === undefined)) return false;
    if (!has({ bucketBy: optional(isText), seed: optional(isSeed) })(rollout)) return false;
    return weights === undefined ? isAllocation(allocation, isVariant) : areWeights(weights, keys);
  };
  return (serve) => {
    const [variant, rollout] = [field(serve, "variant"), field(serve, "rollout")];
    if (!isRecord(serve) || (variant === undefined) === (rollout === undefined)) return false;
    return rollout === undefined ? isVariant(variant) : isRollout(rollout);
  };
}

function isAllocation(allocation: unknown, isVariant: Shape): boolean {
  const isRange: Shape = (range) =>
    Array.isArray(range) &&
    range.length === 2 &&
    isWhole(100_000)(range[0]) &&
    (range[1] === null || isVariant(range[1]));
  if (!Array.isArray(allocation) || !isListOf(isRange)(allocation)) return false;
  return allocation.every(([upTo], at) => at === 0 || allocation[at - 1][0] <= upTo);
}

function areWeights(weights: unknown, keys: readonly string[]): boolean {
  if (typeof weights !== "object" || weights === null || Array.isArray(weights)) return false;
  const shares: readonly (readonly [string, unknown])[] = Object.entries(weights);
  const sum = shares.reduce((total, [, weight]) => total + Number(weight), 0);
  return shares.every(([key, weight]) => keys.includes(key) && isWhole(100_000)(weight)) && sum <= 100_000;
}

function isCondition(condition: unknown): boolean {
  const kinds: { readonly [kind: string]: Shape } = {
    all: has({ all: isListOf(isCondition) }),
    any: has({ any: isListOf(isCondition) }),
    not: has({ not: isCondition }),
    segment: has({ segment: isText }),
    flag: isReference,
    attribute: has({ attribute: isText, op: isText, values: isOperand(condition), ignoreCase: optional(isBoolean) }),
  };
  if (!isRecord(condition)) return false;
  const found = Object.entries(kinds).filter(([kind]) => field(condition, kind) !== undefined);
  return found.length < 2 && found.every(([, shape]) => shape(condition));
}

/** The values of a test: a list without null. `exists` takes none; what an unknown operator takes is not known. */
const isOperand =
  (test: unknown): Shape =>
  (values) => {
    const op = field(test, "op");
    if (isText(op) && !isOperator(String(op)))
      return op !== "exists" || values === undefined || isListOf(isPresent)(values);
    return isListOf(isPresent)(values);
  };

const isPresent: Shape = (value) => value !== null && value !== undefined;
