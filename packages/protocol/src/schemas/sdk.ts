/** What SDKs ask of the data plane beside rulesets and streams. */
import { z } from "zod";
import { MAX_EVENT_COUNT, MAX_EVENT_ROWS, MAX_HELLO_TEXT_LENGTH, MAX_OUTCOME_ROWS } from "../limits.ts";
import { keySchema, revisionSchema } from "./common.ts";
import { jsonValueSchema } from "./condition.ts";
import { contextSchema } from "./evaluation.ts";
import { outcomeRowSchema, parallelRowSchema } from "./outcome.ts";

const labelSchema = z.string().max(MAX_HELLO_TEXT_LENGTH);
const countSchema = z.int().min(1).max(MAX_EVENT_COUNT);

/** Who asks, in the query of a request. */
export const askerFields = {
  instance: labelSchema.min(1).meta({ description: "Random, one for each client object" }).exactOptional(),
  sdk: labelSchema.meta({ description: "The SDK's name and version: sdk-node/1.2.3" }).exactOptional(),
};

export const evaluationPlaceSchema = z
  .enum(["local", "remote"])
  .meta({ description: "remote: the server evaluates, so documents hold their versions alone" })
  .exactOptional();

export const streamQuerySchema = z.strictObject({ ...askerFields, evaluation: evaluationPlaceSchema });

/** A state was applied that did not come by a WebSocket. */
export const ackRequestSchema = z
  .looseObject({ instance: labelSchema.min(1).exactOptional(), epoch: labelSchema, revision: revisionSchema })
  .meta({ id: "Acknowledgement", example: { instance: "7f3a", epoch: "m3k9", revision: 42 } });
export type AckRequest = z.input<typeof ackRequestSchema>;

export const remoteEvaluationRequestSchema = z
  .looseObject({
    context: contextSchema.exactOptional(),
    flags: z
      .array(z.string().max(MAX_HELLO_TEXT_LENGTH))
      .max(MAX_EVENT_ROWS)
      .meta({ description: "All unless named" })
      .exactOptional(),
  })
  .meta({ id: "RemoteEvaluationRequest", example: { context: { targetingKey: "u1", plan: "pro" } } });
export type RemoteEvaluationRequest = z.input<typeof remoteEvaluationRequestSchema>;

/** What one flag serves, by keys that tell nothing of why. */
export const remoteResultSchema = z
  .object({
    value: jsonValueSchema.meta({ description: "null where the flag cannot be evaluated: serve the caller's default" }),
    variant: keySchema.exactOptional(),
    reason: z.enum(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "PREREQUISITE_FAILED", "ERROR"]),
    errorCode: z
      .enum(["PROVIDER_NOT_READY", "FLAG_NOT_FOUND", "PARSE_ERROR", "TYPE_MISMATCH", "GENERAL"])
      .exactOptional(),
  })
  .meta({ id: "RemoteResult" });
export type RemoteResult = z.output<typeof remoteResultSchema>;

/** A flag that is not there, or not for this key, is left out. */
export const remoteEvaluationSchema = z
  .object({ epoch: z.string(), revision: revisionSchema, flags: z.record(z.string(), remoteResultSchema) })
  .meta({ id: "RemoteEvaluation" });
export type RemoteEvaluation = z.output<typeof remoteEvaluationSchema>;

/** So often the application was given this variant of this flag, for this reason. */
export const usageCountSchema = z.looseObject({
  flag: labelSchema.min(1),
  variant: labelSchema.meta({ description: "Absent where the caller's default was served" }).exactOptional(),
  reason: labelSchema,
  count: countSchema,
});

/** So often the application asked for a flag that is not there. */
export const missingCountSchema = z.looseObject({ flag: labelSchema.min(1), count: countSchema });

/** What an SDK saw since its last batch; fields that are not known here are a newer SDK's. */
export const eventBatchSchema = z
  .looseObject({
    id: labelSchema.min(1).meta({ description: "Random. A batch is counted once, however often it is sent" }),
    instance: labelSchema,
    sdk: z.looseObject({ name: labelSchema, version: labelSchema }),
    counts: z.array(usageCountSchema).max(MAX_EVENT_ROWS).exactOptional(),
    missing: z.array(missingCountSchema).max(MAX_EVENT_ROWS).exactOptional(),
    outcomes: z.array(outcomeRowSchema).max(MAX_OUTCOME_ROWS).exactOptional(),
    parallel: z.array(parallelRowSchema).max(MAX_OUTCOME_ROWS).exactOptional(),
  })
  .meta({
    id: "EventBatch",
    example: {
      id: "b-1",
      instance: "7f3a",
      sdk: { name: "sdk-node", version: "1.2.3" },
      counts: [{ flag: "new-checkout", variant: "on", reason: "SPLIT", count: 12 }],
    },
  });
export type EventBatch = z.output<typeof eventBatchSchema>;

export const eventAnswerSchema = z
  .object({ counted: z.boolean().meta({ description: "false: it was counted before" }) })
  .meta({ id: "EventAnswer" });
export type EventAnswer = z.output<typeof eventAnswerSchema>;
