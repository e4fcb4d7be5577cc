/**
 * Makes the vectors of the tables in `inputs`. Decisions and conditions carry answers that were written by hand; what
 * is computed here is hashes, layouts, deltas and bytes.
 */
import {
  allocate,
  applyDelta,
  atOnce,
  bucketOf,
  buildKeyList,
  buildListDelta,
  checksumOf,
  diffRulesets,
  encodeKeyList,
  encodeListDelta,
  murmur3,
  type Ruleset,
  readRuleset,
} from "../../packages/core/src/index.ts";
import { fingerprintOf, listKeyOf } from "../../packages/core/src/lists/fingerprint.ts";
import { sipHigh, sipLow } from "../../packages/core/src/lists/sip-hash.ts";
import { buckets } from "./inputs/buckets.ts";
import { allocations, laws, type PatchInput, patches } from "./inputs/changes.ts";
import type { ConditionInput } from "./inputs/condition.ts";
import { conditions } from "./inputs/conditions.ts";
import type { Ask, DecisionInput } from "./inputs/decision.ts";
import { rollouts, rules } from "./inputs/decisions.ts";
import { malformed, values } from "./inputs/decisions-by-form.ts";
import { lists as heldApart, references, segments } from "./inputs/decisions-by-reference.ts";
import { damages, deltas, fingerprints, lists } from "./inputs/key-lists.ts";
import { operators } from "./inputs/operators.ts";
import type { VectorFile, VectorsOf } from "./schema.ts";

export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));

const joined = (chunks: Iterable<Uint8Array>): Uint8Array =>
  Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));

function bucketVectors(): VectorsOf<"buckets"> {
  return buckets.map(({ key, seed }) => ({ key, seed, hash: murmur3(key, seed), bucket: bucketOf(key, seed) }));
}

function conditionVector({ name, when, holds, fails, notUnderstood }: ConditionInput) {
  const cases = [holds, fails].flatMap((questions, at) =>
    questions.map(({ context, now = 0 }) => ({ context, now, holds: at === 0 })),
  );
  return { name, when, understood: notUnderstood !== true, cases };
}

function decisionVector({ name, flags, segments = {}, lists: held, asks }: DecisionInput) {
  const evaluations = asks.map((ask) => evaluation(flags, ask));
  return { name, ruleset: { flags, segments }, ...(held === undefined ? {} : { lists: copied(held) }), evaluations };
}

const copied = (lists: NonNullable<DecisionInput["lists"]>) =>
  Object.fromEntries(Object.entries(lists).map(([id, keys]) => [id, [...keys]]));

type Evaluation = VectorsOf<"decisions">[number]["evaluations"][number];

function evaluation(flags: DecisionInput["flags"], [flag, context, answer, more = {}]: Ask): Evaluation {
  const { default: fallback = false, now = 0 } = more;
  return { flag, context, default: fallback, now, expect: expected(flags[flag], answer, fallback) };
}

function expected(flag: unknown, answer: string, fallback: unknown): Evaluation["expect"] {
  const [variant = "", reason = "", ...rule] = answer.split(" ");
  if (variant === "ERROR") return { value: fallback, reason: "ERROR", errorCode: reason as "GENERAL" };
  const { variants } = flag as { variants: readonly { key: string; value: unknown }[] };
  const served = variants.find(({ key }) => key === variant);
  if (served === undefined) throw new Error(`"${answer}" names a variant that the flag does not have.`);
  const ruleId = rule.length === 0 ? {} : { ruleId: rule.join(" ") };
  return { value: served.value, variant, reason: reason as "STATIC", ...ruleId };
}

function layoutVector(input: (typeof allocations)[number]): VectorsOf<"allocations">[number] {
  return plain({ ...input, allocation: allocate(input) });
}

function fingerprintVectors(): VectorsOf<"fingerprints"> {
  return fingerprints.map(({ secret, key }) => ({ secret, key, fingerprint: fingerprintHex(key, secret) }));
}

/** A copy as JSON has it, which anybody may change. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

function lawVector(input: (typeof laws)[number]): VectorsOf<"allocation-laws">[number] {
  const { previous, weights } = input;
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  const before = sharesOf(previous ?? []);
  const after = new Map<string | null, number>([...Object.entries(weights), [null, 100_000 - sum]]);
  const names = new Set([...before.keys(), ...after.keys()]);
  const differences = [...names].map((share) => Math.abs((before.get(share) ?? 0) - (after.get(share) ?? 0)));
  const moved = differences.reduce((total, difference) => total + difference, 0) / 2;
  return plain({ ...input, shares: weights, leftOut: 100_000 - sum, moved });
}

/** How many buckets each variant has, and null for those that are left out. */
export function sharesOf(allocation: readonly (readonly [number, string | null])[]): Map<string | null, number> {
  const shares = new Map<string | null, number>();
  let from = 0;
  for (const [upTo, variant] of [...allocation, [100_000, null] as const]) {
    shares.set(variant, (shares.get(variant) ?? 0) + upTo - from);
    from = upTo;
  }
  return shares;
}

export function rulesetOf(documents: object, revision = 1): Ruleset {
  return readRuleset({ epoch: "e", revision, project: "default", environment: "production", ...documents });
}

function patchVector({ name, before, after }: PatchInput) {
  const [old, next] = [rulesetOf(before, 1), rulesetOf(after, 2)];
  const { from: _, to: __, ...delta } = diffRulesets(old, next);
  return { name, before, delta, after, checksum: checksumOf(applyDelta(old, { from: 1, to: 2, ...delta })) };
}

export function fingerprintHex(key: string, secret: string): string {
  const state = fingerprintOf(key, listKeyOf(fromHex(secret)));
  return [sipHigh(state), sipLow(state)].map((half) => half.toString(16).padStart(8, "0")).join("");
}

const fingerprintsOf = (keys: readonly string[], secret: string): string[] =>
  [...new Set(keys.map((key) => fingerprintHex(key, secret)))].sort();

function listBytes(keys: readonly string[], secret: string, version: number): Uint8Array {
  return joined(encodeKeyList(atOnce(buildKeyList({ version, secret: fromHex(secret), keys }))));
}

function listVectors(): VectorsOf<"lists"> {
  const whole = lists.map(({ name, secret, version, keys }) => ({
    kind: "list" as const,
    name,
    version,
    secret,
    bytes: toHex(listBytes(keys, secret, version)),
    fingerprints: fingerprintsOf(keys, secret),
  }));
  const changes = deltas.map(({ name, secret, from, version, before, added, removed, after }) => ({
    kind: "delta" as const,
    name,
    version,
    secret,
    from,
    before: toHex(listBytes(before, secret, from)),
    bytes: toHex(
      joined(encodeListDelta(atOnce(buildListDelta({ from, version, secret: fromHex(secret), added, removed })))),
    ),
    after: fingerprintsOf(after, secret),
  }));
  return [...whole, ...changes, ...refusedLists(fromHex(whole[1]?.bytes ?? ""))];
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

function refusedLists(bytes: Uint8Array): VectorsOf<"lists"> {
  const refused = (name: string, damaged: Uint8Array) => ({ kind: "refused" as const, name, bytes: toHex(damaged) });
  return [
    ...damages.map(({ name, at, to }) => refused(name, withByte(bytes, at, to))),
    refused("nothing", new Uint8Array(0)),
    refused("a header alone", bytes.slice(0, 56)),
    refused("a byte is missing", bytes.slice(0, -1)),
    refused("a byte too many", Uint8Array.of(...bytes, 0)),
  ];
}

const decisions = { rules, rollouts, segments, references, lists: heldApart, values, malformed };

/** Every file of vectors, by its name. */
export function buildVectors(): ReadonlyMap<string, VectorFile> {
  const files: VectorFile[] = [
    { format: 1, suite: "buckets", kind: "buckets", vectors: bucketVectors() },
    { format: 1, suite: "operators", kind: "conditions", vectors: operators.map(conditionVector) },
    { format: 1, suite: "conditions", kind: "conditions", vectors: conditions.map(conditionVector) },
    ...Object.entries(decisions).map(([suite, inputs]): VectorFile => {
      return { format: 1, suite, kind: "decisions", vectors: inputs.map(decisionVector) };
    }),
    { format: 1, suite: "allocations", kind: "allocations", vectors: allocations.map(layoutVector) },
    { format: 1, suite: "allocation-laws", kind: "allocation-laws", vectors: laws.map(lawVector) },
    { format: 1, suite: "patches", kind: "patches", vectors: patches.map(patchVector) },
    { format: 1, suite: "fingerprints", kind: "fingerprints", vectors: fingerprintVectors() },
    { format: 1, suite: "lists-as-bytes", kind: "lists", vectors: listVectors() },
  ];
  return new Map(files.map((file) => [`${file.suite}.json`, file]));
}
