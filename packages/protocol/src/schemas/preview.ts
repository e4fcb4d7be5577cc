import { z } from "zod";
import { keySchema, revisionSchema } from "./common.ts";
import { contextSchema } from "./evaluation.ts";
import { targetingPatchSchema } from "./targeting.ts";

/** So many contexts of the caller's are looked at in one preview. */
export const MAX_PREVIEW_CONTEXTS = 1_000;

/** A targeting as it would be put, or only the fields of it that would change; nothing is written. */
export const previewRequestSchema = targetingPatchSchema
  .omit({ comment: true, stopRelease: true })
  .extend({
    contexts: z
      .array(contextSchema)
      .max(MAX_PREVIEW_CONTEXTS)
      .meta({ description: "Whom to try it on; made up from what the rules test unless given" })
      .exactOptional(),
  })
  .meta({
    id: "PreviewRequest",
    example: { enabled: true, fallthrough: { rollout: { weights: { on: 25_000, off: 75_000 } } } },
  });
export type PreviewRequest = z.input<typeof previewRequestSchema>;

const shareSchema = z.number().min(0).max(1);

/** Buckets of one rollout that would be served another variant. */
export const bucketMoveSchema = z
  .object({
    ruleId: z.string().meta({ description: "Whose rollout; absent for the fallthrough" }).exactOptional(),
    from: keySchema,
    to: keySchema,
    share: shareSchema.meta({ description: "Of all buckets of this rollout; the left-out ones count as off" }),
  })
  .meta({ id: "BucketMove" });
export type BucketMove = z.output<typeof bucketMoveSchema>;

const servedSchema = z.object({
  variant: keySchema.meta({ description: "Absent where the caller's default is served" }).exactOptional(),
  reason: z.string(),
  ruleId: z.string().exactOptional(),
});
export type Served = z.output<typeof servedSchema>;

export const previewWarningSchema = z
  .object({
    code: z.enum(["reshuffled", "taken_away", "disabled", "rules_differ", "conditions_differ", "reaches_others"]),
    message: z.string(),
  })
  .meta({ id: "PreviewWarning" });
export type PreviewWarning = z.output<typeof previewWarningSchema>;

/** The blast radius of a change: exact for buckets, tried out on contexts. */
export const previewSchema = z
  .object({
    revision: revisionSchema.meta({ description: "Of the state that it was compared with" }),
    moves: z.array(bucketMoveSchema),
    contexts: z.object({
      source: z.enum(["given", "synthetic"]),
      count: z.int().min(0),
      changed: z.int().min(0),
      moves: z.array(z.object({ from: keySchema.nullable(), to: keySchema.nullable(), count: z.int().min(1) })),
      examples: z.array(z.object({ context: contextSchema, before: servedSchema, after: servedSchema })),
    }),
    affects: z
      .array(keySchema)
      .meta({ description: "Other flags whose results may differ, since they depend on this one" }),
    warnings: z.array(previewWarningSchema),
  })
  .meta({ id: "Preview", description: "What a change would do before it is made" });
export type Preview = z.output<typeof previewSchema>;
