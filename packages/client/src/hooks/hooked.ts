/**
 * The evaluation calls with hooks around them. Where there are none, a call costs one look at a field that never
 * changes. Measured (best of 120 rounds, busy machine): 9 to 13 ns by key and 5 to 7 ns by handle with this layer, 10 to
 * 15 and 5 to 7 without it, 11 to 13 and 5 to 7 with functions that are swapped instead: no difference to be seen. So the
 * evaluator itself need not know of hooks.
 */
import { type EvaluationContext, type FlagType, type JsonValue, typeOfDefault } from "@bannerol/core";
import { bindTo } from "../evaluation/bound.ts";
import type { Evaluation, Handle } from "../evaluation/evaluation.ts";
import type { Hooks } from "./registry.ts";

/** A default of each type: what a handle's own is, a caller without types may have got wrong. */
const ofType: { readonly [type in FlagType]: JsonValue } = { boolean: false, string: "", number: 0, json: null };

export function hookedEvaluation(plain: Evaluation, hooks: Hooks): Evaluation {
  const evaluate = <T extends JsonValue>(flagKey: string, context: EvaluationContext | undefined, defaultValue: T) =>
    hooks.active
      ? hooks.run({ flagKey, type: typeOfDefault(defaultValue), context, defaultValue }, (given) =>
          plain.evaluate(flagKey, given, defaultValue),
        )
      : plain.evaluate(flagKey, context, defaultValue);

  /** A value of `type`, whatever the default's. What a `json` flag's has for a shape is the caller's word. */
  const valueAs = <T extends JsonValue>(
    type: FlagType,
    [flagKey, context, defaultValue]: readonly [string, EvaluationContext | undefined, T],
  ): T => {
    const result = hooks.run({ flagKey, type, context, defaultValue }, (given) => {
      const answer = plain.evaluate(flagKey, given, ofType[type]);
      return answer.errorCode === undefined ? answer : { ...answer, value: defaultValue };
    });
    return result.value as T;
  };

  const handle =
    <T extends JsonValue>(type: FlagType, ask: Handle<T>, [key, fallback]: readonly [string, T]): Handle<T> =>
    (context) =>
      hooks.active ? valueAs(type, [key, context, fallback]) : ask(context);

  const evaluation: Evaluation = {
    isEnabled: (key, context, fallback = false) =>
      hooks.active ? valueAs("boolean", [key, context, fallback]) : plain.isEnabled(key, context, fallback),
    value: <T extends JsonValue>(key: string, context: EvaluationContext | undefined, fallback: T): T =>
      hooks.active ? evaluate(key, context, fallback).value : plain.value(key, context, fallback),
    evaluate,
    evaluateAll: plain.evaluateAll,
    pageState: plain.pageState,
    explain: plain.explain,
    boolean: (key, fallback) => handle("boolean", plain.boolean(key, fallback), [key, fallback]),
    string: (key, fallback) => handle("string", plain.string(key, fallback), [key, fallback]),
    number: (key, fallback) => handle("number", plain.number(key, fallback), [key, fallback]),
    json: (key, fallback) => handle("json", plain.json(key, fallback), [key, fallback]),
    forContext: (context) => bindTo(evaluation, context),
    snapshot() {
      const frozen = plain.snapshot();
      return { ...hookedEvaluation(frozen, hooks), revision: frozen.revision };
    },
  };
  return evaluation;
}
