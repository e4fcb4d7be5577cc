/**
 * Contexts made up from what conditions test: for each attribute the values that are named, their neighbours, one that is
 * not named, and none at all. The same documents always give the same contexts. Pure.
 */

import { murmur3 } from "../hash.ts";
import type { AttributeTest, Condition, JsonValue, RulesetDocument } from "../model.ts";
import { instant } from "../operators/time.ts";

/** So many contexts find nearly every combination of the few attributes that the rules of one flag test. */
export const SAMPLES = 1_000;
/** A segment may list thousands of keys, and a few stand for all. */
const KEYS_OF_A_LIST = 20;

export type SampleContext = { readonly [attribute: string]: JsonValue };

/** Contexts to try these flags on as these rulesets have them. */
export function samplesFor(flags: readonly string[], rulesets: readonly RulesetDocument[]): readonly SampleContext[] {
  const candidates = new Candidates();
  for (const ruleset of rulesets) {
    const walk = new Walk(ruleset, candidates);
    for (const flag of flags) walk.flag(flag);
  }
  return Array.from({ length: SAMPLES }, (_, at) => candidates.context(at));
}

const ABSENT = Symbol("absent");

/** By attribute, the values worth trying. */
class Candidates {
  readonly #values = new Map<string, Set<JsonValue | typeof ABSENT>>();

  add(attribute: string, values: readonly JsonValue[]): void {
    if (attribute.startsWith("$")) return;
    const known = this.#values.get(attribute) ?? new Set([ABSENT, "another"]);
    for (const value of values) known.add(value);
    this.#values.set(attribute, known);
  }

  context(at: number): SampleContext {
    const context: { [attribute: string]: JsonValue } = Object.create(null);
    context.targetingKey = `sample-${at}`;
    for (const [attribute, values] of this.#values) {
      const picked = [...values][murmur3(`${attribute} ${at}`, 0) % values.size];
      // Half of all keep a key of their own: a bucket's share is not seen in twenty keys.
      const keepsKey = attribute === "targetingKey" && at % 2 === 0;
      if (picked !== undefined && picked !== ABSENT && !keepsKey) context[attribute] = picked;
    }
    return context;
  }
}

/** Follows a flag's conditions through segments and other flags. Documents are as lenient as the ruleset's. */
class Walk {
  readonly #ruleset: RulesetDocument;
  readonly #candidates: Candidates;
  readonly #seen = new Set<string>();

  constructor(ruleset: RulesetDocument, candidates: Candidates) {
    this.#ruleset = ruleset;
    this.#candidates = candidates;
  }

  flag(key: string): void {
    const flag = this.#enter("flag", key, this.#ruleset.flags);
    for (const target of listIn(flag, "targets")) this.#keys("targetingKey", fieldOf(target, "keys"));
    for (const reference of listIn(flag, "prerequisites")) this.#condition(reference);
    for (const rule of listIn(flag, "rules")) this.#condition(fieldOf(rule, "when"));
  }

  #segment(key: string): void {
    const segment = this.#enter("segment", key, this.#ruleset.segments);
    const by = fieldOf(segment, "by");
    const attribute = typeof by === "string" ? by : "targetingKey";
    this.#keys(attribute, fieldOf(segment, "included"));
    this.#keys(attribute, fieldOf(segment, "excluded"));
    this.#condition(fieldOf(segment, "when"));
  }

  #condition(source: unknown): void {
    const { all, any, not, segment, flag, attribute } = recordOf(source);
    for (const part of [...listOf(all), ...listOf(any)]) this.#condition(part);
    if (not !== undefined) this.#condition(not);
    if (typeof segment === "string") this.#segment(segment);
    if (typeof flag === "string") this.flag(flag);
    if (typeof attribute === "string") this.#candidates.add(attribute, valuesFor(recordOf(source)));
  }

  #keys(attribute: string, keys: unknown): void {
    this.#candidates.add(attribute, listOf(keys).slice(0, KEYS_OF_A_LIST).filter(isValue));
  }

  /** A document that has not been looked at before. */
  #enter(kind: string, key: string, documents: { readonly [key: string]: unknown }): unknown {
    const name = `${kind} ${key}`;
    if (this.#seen.has(name) || !Object.hasOwn(documents, key)) return undefined;
    this.#seen.add(name);
    return documents[key];
  }
}

type TestFields = { readonly [K in keyof (AttributeTest & Condition)]?: unknown } & {
  readonly [name: string]: unknown;
};

/** Values that pass, and some beside them that may not. */
function valuesFor({ op, values }: TestFields): readonly JsonValue[] {
  const given = listOf(values).filter(isValue);
  if (op === "exists") return [true];
  return given.flatMap((value) => [value, ...neighboursOf(value, String(op))]);
}

function neighboursOf(value: JsonValue, op: string): readonly JsonValue[] {
  if (typeof value === "number") return [value - 1, value + 1];
  if (typeof value !== "string") return [];
  if (op === "contains" || op === "startsWith" || op === "endsWith") return [`x${value}`, `${value}x`, `x${value}x`];
  if (op === "before" || op === "after") return neighbouringInstants(value);
  if (op.startsWith("semver")) return ["0.0.1", "999.0.0"];
  if (op === "inCidr") return [value.replace(/\/.*$/, "")];
  return [];
}

function neighbouringInstants(value: string): readonly JsonValue[] {
  const at = instant(value);
  return at === undefined ? [] : [at - 1_000, at + 1_000];
}

function isValue(value: unknown): value is JsonValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

const recordOf = (value: unknown): TestFields =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
const fieldOf = (value: unknown, name: string): unknown => recordOf(value)[name];
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const listIn = (value: unknown, name: string): readonly unknown[] => listOf(fieldOf(value, name));
