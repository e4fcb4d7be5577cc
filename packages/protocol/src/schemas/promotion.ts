/** One environment held against another, and flags carried over. */
import { z } from "zod";
import { commentSchema, keySchema, revisionSchema, stopReleaseSchema } from "./common.ts";

export const diffQuerySchema = z.strictObject({
  from: keySchema.meta({ description: "The environment to compare with" }),
  flag: keySchema.meta({ description: "This flag alone" }).exactOptional(),
});
export type DiffQuery = z.input<typeof diffQuerySchema>;

const fieldDiffSchema = z.object({
  field: z.enum(["enabled", "off", "prerequisites", "targets", "rules", "fallthrough"]),
  from: z.unknown().meta({ description: "As the other environment has it" }),
  here: z.unknown(),
});

/** Flags whose targeting differs, layouts and archived flags left out. */
export const diffSchema = z
  .object({
    revision: revisionSchema,
    from: keySchema,
    environment: keySchema,
    items: z.array(z.object({ flag: keySchema, fields: z.array(fieldDiffSchema) })),
  })
  .meta({ id: "EnvironmentDiff", description: "What an environment does otherwise than another" });
export type EnvironmentDiff = z.output<typeof diffSchema>;

const MAX_FLAGS = 1_000;

/** The targeting of these flags becomes that of another environment, as one change. */
export const promoteSchema = z
  .strictObject({
    from: keySchema,
    flags: z
      .array(keySchema)
      .min(1)
      .max(MAX_FLAGS)
      .refine((flags) => new Set(flags).size === flags.length, "must name each flag once"),
    dryRun: z.boolean().meta({ description: "Answer what would change, and change nothing" }).exactOptional(),
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
  })
  .meta({ id: "Promote", example: { from: "staging", flags: ["new-checkout"], dryRun: true } });
export type Promote = z.input<typeof promoteSchema>;
