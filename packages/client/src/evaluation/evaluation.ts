/** What an application calls to evaluate: the same calls on a client, on a snapshot, and bound to a context. */
import type { EvaluationContext, EvaluationResult, Explanation, JsonValue } from "@bannerol/core";
import type { PageState } from "./page-state.ts";

/** A flag and its default, asked for by context alone: the default stands in one place, and a call looks nothing up. */
export type Handle<T> = (context?: EvaluationContext) => T;

/**
 * None of these calls throws, waits or does I/O, whatever its arguments. Each answers with what the flag serves, or
 * with the caller's default where there is no ruleset yet, no such flag, a flag that cannot be read, or one of another
 * type than the default's.
 */
export interface Evaluation {
  /** A boolean flag's value. */
  isEnabled(key: string, context?: EvaluationContext, defaultValue?: boolean): boolean;
  /** A value of the default's type. Of a `json` flag the shape is the caller's word. */
  value(key: string, context: EvaluationContext | undefined, defaultValue: boolean): boolean;
  value(key: string, context: EvaluationContext | undefined, defaultValue: string): string;
  value(key: string, context: EvaluationContext | undefined, defaultValue: number): number;
  value<T extends JsonValue>(key: string, context: EvaluationContext | undefined, defaultValue: T): T;
  /** The value, and which variant it is, why, and of which revision. */
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: boolean): EvaluationResult<boolean>;
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: string): EvaluationResult<string>;
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: number): EvaluationResult<number>;
  evaluate<T extends JsonValue>(
    key: string,
    context: EvaluationContext | undefined,
    defaultValue: T,
  ): EvaluationResult<T>;
  /** Every flag's result, by key. A flag that cannot be read has the value null. Counts no exposure. */
  evaluateAll(context?: EvaluationContext): { readonly [key: string]: EvaluationResult<JsonValue> };
  /** What a page is rendered with for this context: results alone, of the flags that pages may know of. Counts no exposure. */
  pageState(context?: EvaluationContext): PageState;
  /** The same decision with every step taken. Counts no exposure. */
  explain(key: string, context?: EvaluationContext): Explanation;
  boolean(key: string, defaultValue: boolean): Handle<boolean>;
  string(key: string, defaultValue: string): Handle<string>;
  number(key: string, defaultValue: number): Handle<number>;
  /** The shape of the value is the caller's word. */
  json<T extends JsonValue>(key: string, defaultValue: T): Handle<T>;
  /** The same calls without the context. */
  forContext(context: EvaluationContext): BoundEvaluation;
  /** The same calls on the state of this moment, for a request that must not see a change half-way. */
  snapshot(): Snapshot;
}

/** A state that stays as it is. */
export interface Snapshot extends Evaluation {
  /** 0 where there was no ruleset yet. */
  readonly revision: number;
}

/** `Evaluation` with the context given once. */
export interface BoundEvaluation {
  isEnabled(key: string, defaultValue?: boolean): boolean;
  value(key: string, defaultValue: boolean): boolean;
  value(key: string, defaultValue: string): string;
  value(key: string, defaultValue: number): number;
  value<T extends JsonValue>(key: string, defaultValue: T): T;
  evaluate(key: string, defaultValue: boolean): EvaluationResult<boolean>;
  evaluate(key: string, defaultValue: string): EvaluationResult<string>;
  evaluate(key: string, defaultValue: number): EvaluationResult<number>;
  evaluate<T extends JsonValue>(key: string, defaultValue: T): EvaluationResult<T>;
  evaluateAll(): { readonly [key: string]: EvaluationResult<JsonValue> };
  /** What a page is rendered with for this context, the `bootstrap` of the SDK for browsers: results, and no rule. */
  toJSON(): PageState;
  explain(key: string): Explanation;
  boolean(key: string, defaultValue: boolean): () => boolean;
  string(key: string, defaultValue: string): () => string;
  number(key: string, defaultValue: number): () => number;
  json<T extends JsonValue>(key: string, defaultValue: T): () => T;
  /** Bound to the same context, on the state of this moment. */
  snapshot(): BoundEvaluation & { readonly revision: number };
}
