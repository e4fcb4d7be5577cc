import type { Explanation, JsonValue } from "@bannerol/core";
import { z } from "zod";
import { keySchema, momentSchema, revisionSchema } from "./common.ts";
import { jsonValueSchema } from "./condition.ts";

/** An evaluation context: a `targetingKey` and any attributes. */
export const contextSchema = z
  .custom<{ readonly [attribute: string]: JsonValue }>(isObject, "must be an object of attributes")
  .meta({
    id: "Context",
    type: "object",
    description: "Who or what asks",
    example: { targetingKey: "u1", plan: "pro" },
  });

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const evaluateRequestSchema = z
  .strictObject({
    context: contextSchema.exactOptional(),
    flag: keySchema.exactOptional(),
    at: momentSchema.meta({ description: "As it was at this revision, or at this instant" }).exactOptional(),
  })
  .meta({ id: "EvaluateRequest", example: { flag: "new-checkout", context: { targetingKey: "u1", plan: "pro" } } });
export type EvaluateRequest = z.input<typeof evaluateRequestSchema>;

const result = {
  flag: keySchema,
  value: jsonValueSchema.meta({ description: "null where the flag cannot be evaluated" }),
  variant: keySchema.exactOptional(),
  reason: z.enum(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "PREREQUISITE_FAILED", "ERROR"]),
  ruleId: z.string().exactOptional(),
  errorCode: z
    .enum(["PROVIDER_NOT_READY", "FLAG_NOT_FOUND", "PARSE_ERROR", "TYPE_MISMATCH", "GENERAL"])
    .exactOptional(),
  errorMessage: z.string().exactOptional(),
  revision: revisionSchema,
};
/** What one flag serves to one context. */
export const evaluationSchema = z.object(result).meta({ id: "Evaluation" });
export type EvaluationForm = z.output<typeof evaluationSchema>;

const explanationSchema = z
  .custom<Explanation>(isObject)
  .meta({ id: "Explanation", type: "object", description: "The decision step by step, the deciding one marked" });

/** The same with every step taken: which rule, which test, which bucket of which range. */
export const explainedSchema = z
  .object({ ...result, explanation: explanationSchema })
  .meta({ id: "ExplainedEvaluation" });
export type ExplainedEvaluation = z.output<typeof explainedSchema>;

export const evaluationListSchema = z.object({ items: z.array(evaluationSchema) }).meta({ id: "EvaluationList" });
export type EvaluationList = z.output<typeof evaluationListSchema>;

/** With `flag` in the request one explained evaluation, without it all flags. */
export const evaluateAnswerSchema = z.union([explainedSchema, evaluationListSchema]);

/** A ruleset as SDKs get it. */
export const rulesetSchema = z
  .object({
    epoch: z.string(),
    revision: revisionSchema,
    project: keySchema,
    environment: keySchema,
    flags: z.record(z.string(), z.unknown()),
    segments: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Ruleset", description: "All that one SDK key may see of one environment, at one revision" });
export type RulesetForm = z.output<typeof rulesetSchema>;

export const rulesetQuerySchema = z.strictObject({
  at: momentSchema.meta({ description: "As it was at this revision, or at this instant" }).exactOptional(),
});
export type RulesetQuery = z.input<typeof rulesetQuerySchema>;

/** What turns the ruleset of `from` into that of `to`; `null` removes. */
export const rulesetDeltaSchema = z
  .object({
    type: z.literal("delta"),
    epoch: z.string().exactOptional(),
    from: revisionSchema,
    to: revisionSchema,
    flags: z.record(z.string(), z.unknown()),
    segments: z.record(z.string(), z.unknown()),
    checksum: z.int().min(0).max(0xffff_ffff),
  })
  .meta({ id: "RulesetDelta" });
