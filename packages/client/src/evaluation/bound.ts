import type { EvaluationContext, JsonValue } from "@bannerol/core";
import type { BoundEvaluation, Evaluation, Handle } from "./evaluation.ts";

/** The calls of `evaluation`, each with `context`. */
export function bindTo(evaluation: Evaluation, context: EvaluationContext): BoundEvaluation {
  const bind =
    <T>(handle: Handle<T>) =>
    () =>
      handle(context);
  return {
    isEnabled: (key, defaultValue) => evaluation.isEnabled(key, context, defaultValue),
    value: <T extends JsonValue>(key: string, defaultValue: T) => evaluation.value(key, context, defaultValue),
    evaluate: <T extends JsonValue>(key: string, defaultValue: T) => evaluation.evaluate(key, context, defaultValue),
    evaluateAll: () => evaluation.evaluateAll(context),
    toJSON: () => evaluation.pageState(context),
    explain: (key) => evaluation.explain(key, context),
    boolean: (key, defaultValue) => bind(evaluation.boolean(key, defaultValue)),
    string: (key, defaultValue) => bind(evaluation.string(key, defaultValue)),
    number: (key, defaultValue) => bind(evaluation.number(key, defaultValue)),
    json: (key, defaultValue) => bind(evaluation.json(key, defaultValue)),
    snapshot() {
      const frozen = evaluation.snapshot();
      return { ...bindTo(frozen, context), revision: frozen.revision };
    },
  };
}
