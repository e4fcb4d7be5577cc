/** `evaluate` by the evaluator that is written for size, so that the two can be compared. */
import { evaluate, toResult, typeOfDefault } from "../evaluate/evaluate.ts";
import type { JsonValue } from "../model.ts";
import type { EvaluationResult } from "../result.ts";
import type { SmallRuleset } from "../small/index.ts";

export function evaluateSmall(
  small: SmallRuleset,
  key: string,
  context: unknown,
  defaultValue: JsonValue,
  now: number,
): Omit<EvaluationResult, "errorMessage"> {
  const { revision } = small.ruleset;
  const flag = small.flag(key);
  const failed = { value: defaultValue, reason: "ERROR", revision } as const;
  if (flag === undefined) return { ...failed, errorCode: "FLAG_NOT_FOUND" };
  if (flag.program !== undefined && flag.program.type !== typeOfDefault(defaultValue)) {
    return { ...failed, errorCode: "TYPE_MISMATCH" };
  }
  return told(toResult({ ...flag.answer(context, now), index: 0 }, defaultValue, revision));
}

/** `evaluate`, without what is no part of the contract: the words of an error. */
export function evaluateFull(...asked: Parameters<typeof evaluate<JsonValue>>): Omit<EvaluationResult, "errorMessage"> {
  return told(evaluate(...asked));
}

function told({ errorMessage: _, ...result }: EvaluationResult): Omit<EvaluationResult, "errorMessage"> {
  return result;
}
