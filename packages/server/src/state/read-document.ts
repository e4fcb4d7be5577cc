/**
 * Reads a stored document: checks that it has the shape that this version of the server works with, and nothing more.
 * Whether it says something sensible was asked when it was written, and is asked by every reader of a ruleset.
 *
 * Fields that are not known here are kept, so that a document written by a newer version survives this one.
 */
import type { Allocation, Condition, JsonValue, SampleContext, Weights } from "@bannerol/core";
import { z } from "zod";
import type { DocumentOf, ItemKind } from "./documents.ts";
import { releaseStates } from "./release-document.ts";

/** A document, or in one line why it is none. */
export type ReadDocument<K extends ItemKind> =
  | { readonly ok: true; readonly document: DocumentOf[K] }
  | { readonly ok: false; readonly reason: string };

/** Far deeper than what may be written, and far from what would overflow the stack of whoever walks a document. */
const MAX_DEPTH = 256;

/** Pure; never throws. */
export function readDocument<K extends ItemKind>(kind: K, value: unknown): ReadDocument<K> {
  if (value === undefined) return { ok: false, reason: "it is no JSON" };
  if (isDeeperThan(value, MAX_DEPTH)) return { ok: false, reason: `it is nested more than ${MAX_DEPTH} deep` };
  const read = readers[kind].safeParse(value);
  return read.success ? { ok: true, document: read.data } : { ok: false, reason: describe(read.error) };
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

function describe(error: z.ZodError): string {
  const first = error.issues[0];
  if (first === undefined) return "it has an unknown shape";
  return first.path.length === 0 ? first.message : `${first.path.join(".")}: ${first.message}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";

function isCondition(value: unknown): value is Condition {
  if (!isObject(value)) return false;
  if ("all" in value) return Array.isArray(value.all) && value.all.every(isCondition);
  if ("any" in value) return Array.isArray(value.any) && value.any.every(isCondition);
  if ("not" in value) return isCondition(value.not);
  if ("segment" in value) return isText(value.segment);
  if ("flag" in value) return isText(value.flag) && "variants" in value && isTexts(value.variants);
  return "attribute" in value && isText(value.attribute) && "op" in value && isText(value.op) && hasValues(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function hasValues(test: object): boolean {
  return !("values" in test) || Array.isArray(test.values);
}

function isAllocation(value: unknown): value is Allocation {
  return (
    Array.isArray(value) &&
    value.every(
      (range) =>
        Array.isArray(range) &&
        range.length === 2 &&
        Number.isInteger(range[0]) &&
        (range[1] === null || isText(range[1])),
    )
  );
}

function isWeights(value: unknown): value is Weights {
  return isObject(value) && Object.values(value).every((weight) => typeof weight === "number");
}

/** Whatever JSON holds; that it came out of JSON is what the caller promises. */
const json = z.custom<JsonValue>((value) => value !== undefined, "a value is missing");
const condition = z.custom<Condition>(isCondition, "it is no condition that this version knows");
const texts = z.array(z.string());
const instant = z.number();
const keys = z.union([texts, z.looseObject({ list: z.string(), count: z.number(), version: z.number() })]);

const serve = z.union([
  z.looseObject({ variant: z.string() }),
  z.looseObject({
    rollout: z.looseObject({
      weights: z.custom<Weights>(isWeights, "weights must be numbers by variant"),
      allocation: z.custom<Allocation>(isAllocation, "an allocation must be a list of [upTo, variant]"),
      bucketBy: z.string().exactOptional(),
      seed: z.number().exactOptional(),
    }),
  }),
]);

const rule = z.looseObject({ id: z.string(), name: z.string().exactOptional(), when: condition, serve });

const role = z.enum(["viewer", "editor", "releaser", "admin"]);
const stated = { key: z.string(), environment: z.string() };
const contextOf = z.custom<SampleContext>(isObject, "a context must be an object");

const step = z.looseObject({ percentage: z.number(), holdMs: z.number(), approval: z.boolean().exactOptional() });
const tolerance = z.looseObject({ relative: z.number().exactOptional(), absolute: z.number().exactOptional() });
const guard = z.looseObject({
  metric: z.string(),
  measure: z.enum(["errors", "latency", "value", "mismatches"]),
  source: z.union([
    z.looseObject({ kind: z.enum(["sdk", "parallel"]) }),
    z.looseObject({ kind: z.literal("prometheus"), query: z.string(), url: z.string().exactOptional() }),
    z.looseObject({ kind: z.literal("http"), url: z.string(), path: z.string() }),
  ]),
  quantile: z.number(),
  tolerance,
  harm: tolerance,
  pass: z.enum(["shown", "tolerance", "unrefuted"]),
  minimum: z.number(),
  limit: z.number().exactOptional(),
  higherIsWorse: z.boolean(),
  afterMs: z.number(),
  cap: z.number().exactOptional(),
});
const release = z.looseObject({
  id: z.string(),
  state: z.enum(releaseStates),
  serves: z.custom<Weights>(isWeights, "serves must be numbers by variant"),
  segment: z.string().exactOptional(),
  bucketBy: z.string().exactOptional(),
  steps: z.array(step),
  guards: z.array(guard),
  onBreach: z.enum(["rollback", "pause"]),
  onInconclusive: z.enum(["pause", "advance", "rollback"]),
  maxHoldMs: z.number().exactOptional(),
  startsAt: instant.exactOptional(),
  approvals: z.number().exactOptional(),
  by: z.string().exactOptional(),
  step: z.number(),
  since: instant,
  heldMs: z.number(),
  approved: z.number(),
  pausedBy: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  before: z.looseObject({ enabled: z.boolean(), fallthrough: serve }).exactOptional(),
});

const waiting = {
  id: z.string(),
  flag: z.string(),
  environment: z.string(),
  at: instant,
  by: z.string(),
  approvals: z.number().exactOptional(),
  comment: z.string().exactOptional(),
};
const schedule = z.union([
  z.looseObject({ ...waiting, change: z.record(z.string(), json) }),
  z.looseObject({ ...waiting, kill: z.literal(true) }),
]);

const readers: { readonly [K in ItemKind]: z.ZodType<DocumentOf[K]> } = {
  environment: z.looseObject({
    key: z.string(),
    name: z.string(),
    position: z.number(),
    protected: z.boolean(),
    approvals: z.number().exactOptional(),
  }),
  flag: z.looseObject({
    key: z.string(),
    type: z.enum(["boolean", "string", "number", "json"]),
    kind: z.enum(["release", "experiment", "ops", "permission"]),
    description: z.string(),
    tags: texts,
    owner: z.string(),
    clientSide: z.boolean(),
    seed: z.number(),
    variants: z.array(z.looseObject({ key: z.string(), value: json, description: z.string().exactOptional() })),
    expectedLifetimeDays: z.number().exactOptional(),
    archivedAt: instant.exactOptional(),
    leftAt: instant.exactOptional(),
  }),
  targeting: z.looseObject({
    enabled: z.boolean(),
    off: z.string(),
    prerequisites: z.array(z.looseObject({ flag: z.string(), variants: texts })),
    targets: z.array(z.looseObject({ variant: z.string(), keys: texts })),
    rules: z.array(rule),
    fallthrough: serve,
  }),
  segment: z.looseObject({
    key: z.string(),
    name: z.string(),
    description: z.string(),
    included: keys,
    excluded: keys,
    by: z.string().exactOptional(),
    when: condition.nullable(),
  }),
  key: z.looseObject({
    id: z.string(),
    kind: z.enum(["server", "client"]),
    environment: z.string(),
    name: z.string(),
    createdAt: instant,
    expiresAt: instant.exactOptional(),
    revokedAt: instant.exactOptional(),
  }),
  invariant: z.union([
    z.looseObject({ ...stated, flag: z.string(), context: contextOf, serves: texts }),
    z.looseObject({
      ...stated,
      never: z.array(z.looseObject({ flag: z.string(), variant: z.string() })),
      contexts: z.array(contextOf).exactOptional(),
    }),
    z.looseObject({ ...stated, flag: z.string(), minimumPercentage: z.number() }),
  ]),
  release,
  schedule,
  freeze: z.looseObject({ ...stated, from: instant, until: instant, reason: z.string() }),
  project: z.looseObject({ key: z.string(), name: z.string() }),
  user: z.looseObject({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role,
    project: z.string().exactOptional(),
    environment: z.string().exactOptional(),
    createdAt: instant,
    disabledAt: instant.exactOptional(),
  }),
  token: z.looseObject({
    id: z.string(),
    name: z.string(),
    role,
    user: z.string().exactOptional(),
    project: z.string().exactOptional(),
    environment: z.string().exactOptional(),
    createdAt: instant,
    expiresAt: instant.exactOptional(),
    revokedAt: instant.exactOptional(),
  }),
  webhook: z.looseObject({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    project: z.string().exactOptional(),
    environment: z.string().exactOptional(),
    events: texts,
    enabled: z.boolean(),
    disabledBecause: z.string().exactOptional(),
    createdAt: instant,
    rotatedAt: instant.exactOptional(),
  }),
};
