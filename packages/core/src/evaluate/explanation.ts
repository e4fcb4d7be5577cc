/**
 * What `explain` answers: plain JSON data. A decision is a list of steps in the order in which they are taken; the
 * last one taken is `decided`. Segments and other flags that were referred to are each explained once, beside it.
 */
import type { JsonValue } from "../model.ts";
import type { ErrorCode, Reason } from "../result.ts";

/** The decision of one flag for one context. */
export interface FlagExplanation {
  readonly flag: string;
  /** Absent, as `variant` is, where the caller's default would be served. */
  readonly value?: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly steps: readonly Step[];
}

export interface Explanation extends FlagExplanation {
  /** The ruleset's; 0 where there is none. */
  readonly revision: number;
  /** Other flags that the steps refer to, directly or through others. */
  readonly flags: readonly FlagExplanation[];
  readonly segments: readonly SegmentExplanation[];
}

export type Step = { readonly decided: boolean } & (
  | EnabledStep
  | PrerequisiteStep
  | TargetsStep
  | RuleStep
  | FallthroughStep
  | ErrorStep
);

/** The switch: a flag that is not enabled serves its off variant. */
export interface EnabledStep {
  readonly step: "enabled";
  readonly enabled: boolean;
}

export interface PrerequisiteStep {
  readonly step: "prerequisite";
  readonly flag: string;
  /** One of these is wanted. */
  readonly variants: readonly string[];
  /** What the other flag serves; absent where it is not there or serves none. */
  readonly served?: string;
  readonly met: boolean;
}

/** The lists of single keys. `key` is absent where the context has none, or it is redacted. */
export interface TargetsStep {
  readonly step: "targets";
  readonly key?: JsonValue;
  readonly redacted?: true;
  /** The variant of the first list that has the key. */
  readonly variant?: string;
}

export interface RuleStep {
  readonly step: "rule";
  readonly ruleId: string;
  readonly name?: string;
  /** Whether the condition holds. The rule may still leave the context out: see `serve`. */
  readonly matched: boolean;
  readonly when: ConditionStep;
  /** What was not understood; a rule with any such part never matches. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  /** Present where the rule matched. */
  readonly serve?: ServeStep;
}

export interface FallthroughStep {
  readonly step: "fallthrough";
  readonly serve: ServeStep;
}

/** The flag could not be read, or not be evaluated for this context. */
export interface ErrorStep {
  readonly step: "error";
  readonly message: string;
}

/** What is served where a rule or the fallthrough is reached. */
export type ServeStep = { readonly variant: string } | { readonly rollout: RolloutStep };

export interface RolloutStep {
  readonly bucketBy: string;
  readonly seed: number;
  /** The bucketing key; absent where the context has none, or it is redacted. */
  readonly key?: JsonValue;
  readonly redacted?: true;
  /** 0 to 99,999; absent where there is no key to hash. */
  readonly bucket?: number;
  /** The buckets `from <= bucket < upTo` that share this context's fate; absent where it has no bucket. */
  readonly range?: readonly [from: number, upTo: number];
  /** `null` where the rollout leaves the context out. */
  readonly variant: string | null;
}

export type ConditionStep =
  | { readonly kind: "all" | "any"; readonly holds: boolean; readonly parts: readonly ConditionStep[] }
  | { readonly kind: "not"; readonly holds: boolean; readonly part: ConditionStep }
  | { readonly kind: "segment"; readonly holds: boolean; readonly segment: string }
  | FlagConditionStep
  | TestStep
  | { readonly kind: "notUnderstood"; readonly holds: false; readonly message: string };

export interface FlagConditionStep {
  readonly kind: "flag";
  readonly holds: boolean;
  readonly flag: string;
  readonly variants: readonly string[];
  readonly served?: string;
}

export interface TestStep {
  readonly kind: "test";
  readonly holds: boolean;
  readonly attribute: string;
  readonly op: string;
  readonly values: readonly JsonValue[];
  readonly ignoreCase?: true;
  /** The attribute's value, shortened where it is long; absent where it is missing or redacted. */
  readonly actual?: JsonValue;
  readonly redacted?: true;
  /** The attribute could not be read: reading it threw. */
  readonly failed?: true;
}

export interface SegmentExplanation {
  readonly segment: string;
  readonly member: boolean;
  /** The attribute whose value is looked up in the lists. */
  readonly by: string;
  readonly key?: JsonValue;
  readonly redacted?: true;
  readonly decidedBy: "excluded" | "included" | "when" | "nothing";
  /** The list that decided, where it is one that is held apart, and how many keys are in it. */
  readonly list?: { readonly id: string; readonly size: number };
  /** Present where the lists did not decide. */
  readonly when?: ConditionStep;
}
