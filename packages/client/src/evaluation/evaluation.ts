/** What an application calls to evaluate: the same calls on a client, on a snapshot, and bound to a context. */
import type { EvaluationContext, EvaluationResult, Explanation, JsonValue } from "@bannerol/core";
import type { BoundValues, FlagKey, FlagKeyOf, Values } from "./flag-keys.ts";
import type { PageState } from "./page-state.ts";

/** A flag and its default, asked for by context alone: the default stands in one place, and a call looks nothing up. */
export type Handle<T> = (context?: EvaluationContext) => T;

/**
 * None of these calls throws, waits or does I/O, whatever its arguments. Each answers with what the flag serves, or
 * with the caller's default where there is no ruleset yet, no such flag, a flag that cannot be read, or one of another
 * type than the default's.
 */
export interface Evaluation extends Values {
  /** A boolean flag's value. */
  isEnabled(key: FlagKeyOf<"boolean">, context?: EvaluationContext, defaultValue?: boolean): boolean;
  /** Every flag's result, by key. A flag that cannot be read has the value null. Counts no exposure. */
  evaluateAll(context?: EvaluationContext): { readonly [key: string]: EvaluationResult<JsonValue> };
  /** What a page is rendered with for this context: results alone, of the flags that pages may know of. Counts no exposure. */
  pageState(context?: EvaluationContext): PageState;
  /** The same decision with every step taken. Counts no exposure. */
  explain(key: FlagKey, context?: EvaluationContext): Explanation;
  boolean(key: FlagKeyOf<"boolean">, defaultValue: boolean): Handle<boolean>;
  string(key: FlagKeyOf<"string">, defaultValue: string): Handle<string>;
  number(key: FlagKeyOf<"number">, defaultValue: number): Handle<number>;
  /** The shape of the value is the caller's word. */
  json<T extends JsonValue>(key: FlagKeyOf<"json">, defaultValue: T): Handle<T>;
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
export interface BoundEvaluation extends BoundValues {
  isEnabled(key: FlagKeyOf<"boolean">, defaultValue?: boolean): boolean;
  evaluateAll(): { readonly [key: string]: EvaluationResult<JsonValue> };
  /** What a page is rendered with for this context, the `bootstrap` of the SDK for browsers: results, and no rule. */
  toJSON(): PageState;
  explain(key: FlagKey): Explanation;
  boolean(key: FlagKeyOf<"boolean">, defaultValue: boolean): () => boolean;
  string(key: FlagKeyOf<"string">, defaultValue: string): () => string;
  number(key: FlagKeyOf<"number">, defaultValue: number): () => number;
  json<T extends JsonValue>(key: FlagKeyOf<"json">, defaultValue: T): () => T;
  /** Bound to the same context, on the state of this moment. */
  snapshot(): BoundEvaluation & { readonly revision: number };
}
