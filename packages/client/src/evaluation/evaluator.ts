/**
 * The evaluation calls on whatever a holder holds. Plain closures: they can be taken off their object and passed
 * around, and there is no `this` to be wrong about.
 *
 *     isEnabled ─► the ruleset's flag (one look-up) ─► decide ─► count ─► value
 *                     └─ compiled the first time
 */
import {
  type CompiledFlag,
  type CompiledRuleset,
  type EvaluationContext,
  type EvaluationResult,
  evaluate as evaluateIn,
  explain as explainIn,
  type FlagType,
  type JsonValue,
  type Outcome,
  toResult,
  typeOfDefault,
} from "@bannerol/core";
import type { ExposureCounter } from "../exposures.ts";
import type { Clock } from "../ports.ts";
import type { Holder } from "../ruleset/store.ts";
import { bindTo } from "./bound.ts";
import type { Evaluation, Handle, Snapshot } from "./evaluation.ts";
import { pageStateOf } from "./page-state.ts";

export interface EvaluatorParts {
  readonly holder: Holder;
  readonly counter: ExposureCounter;
  readonly clock: Pick<Clock, "now">;
}

export function createEvaluator({ holder, counter, clock }: EvaluatorParts): Evaluation {
  const decide = (flag: CompiledFlag, context: unknown): Outcome => {
    const outcome = flag.decide(context, flag.usesClock ? clock.now() : 0);
    counter.count(flag, outcome);
    return outcome;
  };

  /** No outcome was reached: counts why, where there is a name to count it by. */
  const missed = (key: string, flag: CompiledFlag | undefined): undefined => {
    if (typeof key !== "string") return;
    if (flag !== undefined) counter.countError(key);
    else if (holder.installed === undefined) counter.countUnready(key);
    else counter.countMissing(key);
  };

  const decideAs = (key: string, type: FlagType, context: unknown): Outcome | undefined => {
    const flag = holder.installed?.compiled.flag(key);
    return flag === undefined || flag.type !== type ? missed(key, flag) : decide(flag, context);
  };

  const isEnabled: Evaluation["isEnabled"] = (key, context, defaultValue = false) => {
    try {
      return booleanOf(decideAs(key, "boolean", context), defaultValue);
    } catch {
      return defaultValue;
    }
  };

  const value = <T extends JsonValue>(key: string, context: EvaluationContext | undefined, defaultValue: T): T => {
    try {
      return jsonOf(decideAs(key, typeOfDefault(defaultValue), context), defaultValue);
    } catch {
      return defaultValue;
    }
  };

  const evaluate = <T extends JsonValue>(key: string, context: EvaluationContext | undefined, defaultValue: T) => {
    const compiled = holder.installed?.compiled;
    const revision = compiled?.ruleset.revision ?? 0;
    try {
      const outcome = decideAs(key, typeOfDefault(defaultValue), context);
      if (outcome !== undefined) return toResult(outcome, defaultValue, revision);
      return evaluateIn(compiled, key, context, defaultValue, clock.now());
    } catch (error) {
      return failed(defaultValue, revision, error);
    }
  };

  const explain: Evaluation["explain"] = (key, context) => {
    const compiled = holder.installed?.compiled;
    // A caller without types may ask for what has no form as text.
    const flag = typeof key === "string" ? key : `(${typeof key})`;
    try {
      return explainIn(compiled, flag, context, clock.now());
    } catch (error) {
      const { reason, errorCode, errorMessage, revision } = failed(null, compiled?.ruleset.revision ?? 0, error);
      return { flag, reason, errorCode, errorMessage, revision, steps: [], flags: [], segments: [] };
    }
  };

  /** A flag and a type: looked up once for each ruleset, not once for each call. */
  const handle = <T>(
    key: string,
    type: FlagType,
    take: (outcome: Outcome | undefined) => T,
    fallback: T,
  ): Handle<T> => {
    let seen = -1;
    let flag: CompiledFlag | undefined;
    return (context) => {
      try {
        const { turn } = holder;
        if (turn !== seen) {
          flag = holder.installed?.compiled.flag(key);
          seen = turn;
        }
        return take(flag === undefined || flag.type !== type ? missed(key, flag) : decide(flag, context));
      } catch {
        return fallback;
      }
    };
  };

  const evaluation: Evaluation = {
    isEnabled,
    value,
    evaluate,
    evaluateAll: (context) => evaluateAll(holder.installed?.compiled, context, clock),
    pageState: (context) => pageStateOf(holder.installed?.compiled, context, clock.now()),
    explain,
    boolean: (key, fallback) => handle(key, "boolean", (outcome) => booleanOf(outcome, fallback), fallback),
    string: (key, fallback) => handle(key, "string", (outcome) => stringOf(outcome, fallback), fallback),
    number: (key, fallback) => handle(key, "number", (outcome) => numberOf(outcome, fallback), fallback),
    json: (key, fallback) => handle(key, "json", (outcome) => jsonOf(outcome, fallback), fallback),
    forContext: (context) => bindTo(evaluation, context),
    snapshot: () => snapshotOf({ holder: { ...holder }, counter, clock }),
  };
  return evaluation;
}

function snapshotOf(parts: EvaluatorParts): Snapshot {
  return { ...createEvaluator(parts), revision: parts.holder.installed?.compiled.ruleset.revision ?? 0 };
}

function evaluateAll(compiled: CompiledRuleset | undefined, context: unknown, clock: Pick<Clock, "now">) {
  // Without a prototype, a flag may be called `__proto__`.
  const results: { [key: string]: EvaluationResult<JsonValue> } = Object.create(null);
  const revision = compiled?.ruleset.revision ?? 0;
  compiled?.decideAll(context, clock.now(), ({ key }, outcome) => {
    results[key] = toResult<JsonValue>(outcome, null, revision);
  });
  return results;
}

function booleanOf(outcome: Outcome | undefined, fallback: boolean): boolean {
  return outcome === undefined || outcome.errorCode !== undefined ? fallback : outcome.value === true;
}

function stringOf(outcome: Outcome | undefined, fallback: string): string {
  return typeof outcome?.value === "string" && outcome.errorCode === undefined ? outcome.value : fallback;
}

function numberOf(outcome: Outcome | undefined, fallback: number): number {
  return typeof outcome?.value === "number" && outcome.errorCode === undefined ? outcome.value : fallback;
}

/** The flag is of the default's type by now; that a `json` value has the default's shape is the caller's word. */
function jsonOf<T extends JsonValue>(outcome: Outcome | undefined, fallback: T): T {
  return outcome === undefined || outcome.errorCode !== undefined ? fallback : (outcome.value as T);
}

function failed<T>(value: T, revision: number, error: unknown) {
  const errorMessage = error instanceof Error ? error.message : "The evaluation failed.";
  return { value, reason: "ERROR", errorCode: "GENERAL", errorMessage, revision } as const;
}
