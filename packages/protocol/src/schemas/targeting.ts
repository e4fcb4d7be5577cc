import { z } from "zod";
import {
  changeStamp,
  commentSchema,
  hashSchema,
  keySchema,
  nameSchema,
  revisionSchema,
  stopReleaseSchema,
} from "./common.ts";
import { conditionSchema, flagReferenceSchema } from "./condition.ts";
import { brokenInvariantSchema } from "./invariant.ts";

/** Parts of 100,000 by variant; what they leave of it is the left-out share. */
export const weightsSchema = z
  .record(z.string(), z.int().min(0).max(100_000))
  .meta({ id: "Weights", description: "Parts of 100,000 by variant", example: { on: 25_000 } });

const seedSchema = z.int().min(0).max(0xffff_ffff);

export const rolloutSchema = z
  .strictObject({
    weights: weightsSchema,
    bucketBy: z
      .string()
      .meta({ description: "The attribute that is hashed; targetingKey unless named" })
      .exactOptional(),
    seed: seedSchema.meta({ description: "Unsigned 32-bit; the flag's unless named" }).exactOptional(),
  })
  .meta({ id: "Rollout", description: "A split of contexts over variants, sticky by hashing" });

export const serveSchema = z
  .union([z.strictObject({ variant: keySchema }), z.strictObject({ rollout: rolloutSchema })])
  .meta({ id: "Serve", description: "A variant, or a rollout over several" });
export type ServeForm = z.output<typeof serveSchema>;

export const targetSchema = z.strictObject({ variant: keySchema, keys: z.array(z.string()) }).meta({ id: "Target" });

/** The id of a rule: kept across changes, it is what makes a rollout the same rollout. */
export const ruleIdSchema = keySchema;

const ruleShape = {
  name: nameSchema.exactOptional(),
  when: conditionSchema,
  serve: serveSchema,
};
export const ruleSchema = z.strictObject({ id: ruleIdSchema, ...ruleShape }).meta({ id: "Rule" });
export type RuleForm = z.output<typeof ruleSchema>;

/** A rule as it is put: one without `id` is new and gets a fresh one. */
export const ruleInputSchema = z
  .strictObject({ id: ruleIdSchema.exactOptional(), ...ruleShape })
  .meta({ id: "RuleInput" });
export type RuleInput = z.output<typeof ruleInputSchema>;

const targetingShape = {
  enabled: z.boolean(),
  off: keySchema.meta({ description: "Served where the flag is disabled or nothing else serves" }),
  prerequisites: z.array(flagReferenceSchema),
  targets: z.array(targetSchema),
  rules: z.array(ruleInputSchema),
  fallthrough: serveSchema,
};
/** The fields of a targeting as they are put, and nothing beside them. */
export const targetingFieldsSchema = z.strictObject(targetingShape);
export type TargetingFields = z.output<typeof targetingFieldsSchema>;

const targetingAnswer = { ...targetingShape, rules: z.array(ruleSchema) };

/** What one environment does with one flag, `revision` being that of the change that wrote it. */
export const targetingSchema = z
  .object({ ...targetingAnswer, revision: revisionSchema })
  .meta({ id: "Targeting", description: "What one environment does with one flag" });
export type TargetingForm = z.output<typeof targetingSchema>;

/** The answer to every change of a targeting. */
export const targetingChangedSchema = z
  .object({
    ...targetingAnswer,
    ...changeStamp,
    broken: z
      .array(brokenInvariantSchema)
      .meta({ description: "Invariants that a kill broke: it is made all the same" })
      .exactOptional(),
  })
  .meta({ id: "TargetingChanged" });
export type TargetingChanged = z.output<typeof targetingChangedSchema>;

/** PUT takes back what GET and changes answer; `revision` and `head` are ignored. */
export const targetingPutSchema = z
  .strictObject({
    ...targetingShape,
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
    revision: revisionSchema.exactOptional(),
    head: hashSchema.exactOptional(),
  })
  .meta({
    id: "TargetingPut",
    example: {
      enabled: true,
      off: "off",
      prerequisites: [],
      targets: [],
      rules: [{ when: { segment: "staff" }, serve: { variant: "on" } }],
      fallthrough: { rollout: { weights: { on: 25_000, off: 75_000 } } },
    },
  });
export type TargetingPut = z.input<typeof targetingPutSchema>;

/** Merge patch of the top-level fields: one that is named is replaced whole; `null` resets it to a new flag's. */
export const targetingPatchSchema = z
  .strictObject({
    enabled: targetingShape.enabled.nullable().exactOptional(),
    off: targetingShape.off.nullable().exactOptional(),
    prerequisites: targetingShape.prerequisites.nullable().exactOptional(),
    targets: targetingShape.targets.nullable().exactOptional(),
    rules: targetingShape.rules.nullable().exactOptional(),
    fallthrough: targetingShape.fallthrough.nullable().exactOptional(),
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
  })
  .meta({ id: "TargetingPatch", example: { fallthrough: { variant: "on" } } });
export type TargetingPatch = z.input<typeof targetingPatchSchema>;

/** Whether a percentage has at most three decimals: `12.345` has, `12.3456` has not. */
export function isWholeShare(percentage: number): boolean {
  return Number(percentage.toFixed(3)) === percentage;
}

/** The fallthrough becomes `{variant: percentage × 1000, off variant: the rest}`. */
export const rolloutPutSchema = z
  .strictObject({
    percentage: z
      .number()
      .min(0, "must be from 0 to 100")
      .max(100, "must be from 0 to 100")
      .refine(isWholeShare, "must have at most three decimals"),
    variant: keySchema.exactOptional(),
    bucketBy: z.string().min(1).exactOptional(),
    seed: seedSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
  })
  .meta({ id: "RolloutPut", example: { percentage: 25 } });
export type RolloutPut = z.input<typeof rolloutPutSchema>;
