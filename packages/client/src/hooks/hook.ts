/** What an application says to `use()`: OpenFeature's stages, and its names where it has them. */
import type { ErrorCode, EvaluationContext, EvaluationResult, FlagType, JsonValue } from "@bannerol/core";
import type { FlagKey } from "../evaluation/flag-keys.ts";

/** Frozen, and the same for all stages of one evaluation but for `context`, which `before` may have added to. */
export interface HookContext {
  readonly flagKey: FlagKey;
  readonly type: FlagType;
  /** What the flag is evaluated for. The caller's own object, unless `before` added to it: look, and leave it be. */
  readonly context: EvaluationContext;
  readonly defaultValue: JsonValue;
  /** The client's `name`, where it was given one. */
  readonly clientName?: string;
  /** This hook's own, for this evaluation: what `before` puts there, `finally` finds. */
  readonly hookData: Map<string, unknown>;
}

/** Why the caller's default was served. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * `before` runs in the order of `use()`, the others the other way round. Evaluation waits for nobody, so a promise is
 * not waited for either; evaluations that a hook makes run no hooks. Nothing that a hook does can change a result but
 * by what its `before` answers.
 */
export interface Hook {
  /** May answer with attributes to add to the context; they take the place of those with the same names. */
  before?(hookContext: HookContext): EvaluationContext | undefined;
  /** The flag was evaluated. */
  after?(hookContext: HookContext, result: EvaluationResult): void;
  /** The default was served, since the flag could not be evaluated. */
  error?(hookContext: HookContext, error: EvaluationError): void;
  /** Last, whatever happened. */
  finally?(hookContext: HookContext, result: EvaluationResult): void;
}
