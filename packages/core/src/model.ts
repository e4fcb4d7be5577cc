/**
 * The words of the model as types: what a ruleset holds once it has been read and found well formed.
 *
 * Everything here is plain, frozen data in the wire's own shape. What arrives from outside is `unknown` until
 * `check/flag.ts` and `check/segment.ts` have looked at it; from then on it has one of these types.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export type FlagType = "boolean" | "string" | "number" | "json";

/** A named value of the flag's type. */
export interface Variant {
  readonly key: string;
  readonly value: JsonValue;
}

export interface AttributeTest {
  readonly attribute: string;
  /** An operator's name; one that this version does not know never opens a feature. */
  readonly op: string;
  readonly values?: readonly JsonValue[];
  readonly ignoreCase?: boolean;
}

/** Holds where the other flag, evaluated for the same context, serves one of `variants`. */
export interface FlagReference {
  readonly flag: string;
  readonly variants: readonly string[];
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly segment: string }
  | FlagReference
  | AttributeTest;

/**
 * Sorted `[upTo, variant]` pairs: a bucket below the first `upTo` gets the first variant, and so on. `null` for a
 * variant, or a bucket past the last `upTo`, leaves the context out.
 */
export type Allocation = readonly (readonly [upTo: number, variant: string | null])[];

/** Parts of 100,000 by variant; what they leave of it is the left-out share. */
export type Weights = { readonly [variant: string]: number };

/** A split over variants. On the wire it carries its `allocation`; in a hand-written file it may carry `weights`. */
export interface Rollout {
  readonly allocation?: Allocation;
  readonly weights?: Weights;
  /** The attribute that is hashed; `targetingKey` unless named. */
  readonly bucketBy?: string;
  /** Unsigned 32-bit; the flag's unless named. */
  readonly seed?: number;
}

export type Serve = { readonly variant: string } | { readonly rollout: Rollout };

export interface Target {
  readonly variant: string;
  readonly keys: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly name?: string;
  readonly when: Condition;
  readonly serve: Serve;
}

/** What one environment does with one flag. */
export interface Targeting {
  readonly enabled: boolean;
  /** The variant served where the flag is disabled, a prerequisite fails, or nothing else serves. */
  readonly off: string;
  readonly prerequisites: readonly FlagReference[];
  readonly targets: readonly Target[];
  readonly rules: readonly Rule[];
  readonly fallthrough: Serve;
}

/**
 * A metric that the release running on a flag wants to hear of. The release owns one rollout: that of the rule
 * `release-<release>` where the flag has one, else the fallthrough's; outcomes of those whom that rollout took in or left
 * out are summed, by the variant that it gave them.
 */
export interface Watch {
  readonly metric: string;
  readonly release: string;
  /** Position of the step in force, from 0. */
  readonly step: number;
  /** Whether durations are wanted. */
  readonly latency?: boolean;
  /** Whether values are wanted; those above `cap` are cut. */
  readonly values?: boolean;
  readonly cap?: number;
  /** Outcomes are not taken before a client has known of the step for so long. */
  readonly afterMs?: number;
}

/** A flag as a ruleset holds it: its definition and one environment's targeting in one document. */
export interface Flag extends Targeting {
  /** The revision that last changed this flag in this view. */
  readonly version: number;
  readonly type: FlagType;
  /** Unsigned 32-bit; drawn once when the flag is made, the same in every environment. */
  readonly seed: number;
  readonly variants: readonly Variant[];
  /** Whether pages and devices may know of it. Told to server keys alone, since client keys see no others. */
  readonly clientSide?: boolean;
  /** See `watchesOf`, which reads it. */
  readonly watch?: readonly Watch[];
}

/** A list of keys that is too long for a document: it is fetched and held apart, under its id. */
export interface ListReference {
  readonly list: string;
  /** How many keys it had when this was written. */
  readonly count: number;
}

/** A reusable set of contexts. A key in `excluded` is out, else one in `included` is in, else `when` decides. */
export interface Segment {
  readonly version: number;
  readonly included: readonly string[] | ListReference;
  readonly excluded: readonly string[] | ListReference;
  /** The attribute whose value is looked up in the lists; `targetingKey` unless named. */
  readonly by?: string;
  readonly when: Condition | null;
}

/** Which state this is. Revisions compare only within an epoch. */
export interface RulesetIdentity {
  readonly epoch: string;
  readonly revision: number;
}

/** Documents by key. A map of them, whichever way they are held. */
export interface Documents extends ReadonlyMap<string, unknown> {
  /**
   * Where some are texts that nobody has looked into yet, all as they are held: each has its `version`, and is looked into
   * by `get`, or by going through the map itself.
   */
  readonly held?: ReadonlyMap<string, unknown>;
  /** Other ones, held in the same way. */
  readonly over?: (held: Map<string, unknown>) => Documents;
  /** Those that may say something of it: one whose text shows nothing of the kind is not looked into. */
  readonly mentioning?: (topic: "references" | "watches") => Iterable<[string, unknown]>;
}

/**
 * All that one SDK key may see of one environment, at one revision. Documents are kept as they came: one that cannot
 * be read fails alone, when its flag is asked for. Maps, since a flag's key may be `constructor` or `__proto__`.
 */
export interface Ruleset extends RulesetIdentity {
  readonly project: string;
  readonly environment: string;
  readonly flags: Documents;
  readonly segments: Documents;
}

/** A ruleset as JSON: what crosses the wire, lies in the cache and is written in configuration files. */
export interface RulesetDocument extends RulesetIdentity {
  readonly project: string;
  readonly environment: string;
  readonly flags: { readonly [key: string]: unknown };
  readonly segments: { readonly [key: string]: unknown };
}

/** What turns the ruleset of revision `from` into that of revision `to`; `null` removes. */
export interface RulesetDelta {
  readonly from: number;
  readonly to: number;
  readonly flags: { readonly [key: string]: unknown };
  readonly segments: { readonly [key: string]: unknown };
}
