import type { JsonValue } from "./model.ts";

/** Why a variant was served. OpenFeature's names. */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "PREREQUISITE_FAILED" | "ERROR";

/** Why the caller's default was served. OpenFeature's names. */
export type ErrorCode = "PROVIDER_NOT_READY" | "FLAG_NOT_FOUND" | "PARSE_ERROR" | "TYPE_MISMATCH" | "GENERAL";

/** The answer to one evaluation. */
export interface EvaluationResult<T = JsonValue> {
  readonly value: T;
  /** Absent where the caller's default was served. */
  readonly variant?: string;
  readonly reason: Reason;
  /** The rule that decided, where one did. */
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  /** The revision of the ruleset that answered; 0 where there was none. */
  readonly revision: number;
}

/**
 * One answer that a flag can give, made once when the flag is compiled and shared by every evaluation that ends
 * there: evaluating allocates nothing. Frozen.
 */
export interface Outcome {
  /** Its position in the flag's `outcomes`, by which exposures are counted. */
  readonly index: number;
  /** Meaningless where `errorCode` is set: the caller's default is served then. */
  readonly value: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
}
