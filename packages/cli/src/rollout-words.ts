import type { RolloutPut } from "@bannerol/protocol/schemas";
import { readPercent } from "./percent.ts";
import type { Words } from "./words.ts";

/** A rollout as it is typed: its percentage, `--variant` and `--bucket-by`. Throws `UsageError`. */
export function readRollout(words: Words, percent: string): RolloutPut {
  const variant = words.option("variant");
  const bucketBy = words.option("bucketBy");
  return {
    percentage: readPercent(percent),
    ...(variant !== undefined && { variant }),
    ...(bucketBy !== undefined && { bucketBy }),
  };
}
