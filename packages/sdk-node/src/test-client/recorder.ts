import type { FlagClient } from "@bannerol/client";
import type { EvaluationContext, EvaluationResult, JsonValue } from "@bannerol/core";

/** One evaluation that was made: what was asked, and what was answered. */
export interface RecordedEvaluation extends EvaluationResult {
  readonly flag: string;
  readonly context: EvaluationContext;
  readonly defaultValue: JsonValue;
}

export interface Recorder {
  /** In the order in which they were made; of all flags unless one is named. */
  readonly evaluations: (flag?: string) => readonly RecordedEvaluation[];
  readonly forget: () => void;
}

/** Writes down every evaluation of a client that runs hooks: all but `evaluateAll` and `explain`. */
export function recorderOf(client: FlagClient): Recorder {
  const recorded: RecordedEvaluation[] = [];
  client.use({
    finally({ flagKey, context, defaultValue }, result) {
      recorded.push({ flag: flagKey, context: { ...context }, defaultValue, ...result });
    },
  });
  return {
    evaluations: (flag) => recorded.filter((one) => flag === undefined || one.flag === flag),
    forget: () => void recorded.splice(0),
  };
}
