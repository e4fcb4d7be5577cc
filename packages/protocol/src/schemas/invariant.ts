import { z } from "zod";
import { changeStamp, commentSchema, keySchema, listOf, pageQuery, revisionSchema } from "./common.ts";
import { contextSchema } from "./evaluation.ts";

/** So many contexts and variants one statement may name. */
const MAX_CONTEXTS = 1_000;
const MAX_VARIANTS = 20;

const placed = {
  key: keySchema.meta({ description: "Its name, once in the project" }),
  environment: keySchema,
};

const servesShape = {
  ...placed,
  flag: keySchema,
  context: contextSchema,
  serves: z.array(keySchema).min(1).max(MAX_VARIANTS).meta({ description: "One of these variants" }),
};
const neverShape = {
  ...placed,
  never: z
    .array(z.strictObject({ flag: keySchema, variant: keySchema }))
    .min(1)
    .max(MAX_VARIANTS)
    .meta({ description: "Variants that are never served together" }),
  contexts: z
    .array(contextSchema)
    .min(1)
    .max(MAX_CONTEXTS)
    .meta({ description: "Whom it is tried on; unless given, contexts made up from what the flags test" })
    .exactOptional(),
};
const minimumShape = {
  ...placed,
  flag: keySchema,
  minimumPercentage: z.number().min(0).max(100).meta({ description: "Of the fallthrough, where the flag is enabled" }),
};

const commented = { comment: commentSchema.exactOptional() };

/** A statement that has to hold of an environment's flags. */
export const invariantCreateSchema = z
  .union([
    z.strictObject({ ...servesShape, ...commented }),
    z.strictObject({ ...neverShape, ...commented }),
    z.strictObject({ ...minimumShape, ...commented }),
  ])
  .meta({
    id: "InvariantCreate",
    example: { key: "whole-or-off", environment: "production", flag: "new-checkout", minimumPercentage: 100 },
  });
export type InvariantCreate = z.output<typeof invariantCreateSchema>;

const stands = {
  revision: revisionSchema,
  holds: z.boolean().meta({ description: "Now" }),
  sampled: z.boolean().meta({
    description: "It was tried on contexts that were made up: there may be others for which it does not hold",
  }),
  breach: z.string().meta({ description: "A case in which it does not hold" }).exactOptional(),
};

export const invariantSchema = z
  .union([
    z.object({ ...servesShape, ...stands }),
    z.object({ ...neverShape, ...stands }),
    z.object({ ...minimumShape, ...stands }),
  ])
  .meta({ id: "Invariant", description: "A statement that has to hold of an environment's flags" });
export type InvariantForm = z.output<typeof invariantSchema>;

const changed = { ...stands, ...changeStamp };
export const invariantChangedSchema = z
  .union([
    z.object({ ...servesShape, ...changed }),
    z.object({ ...neverShape, ...changed }),
    z.object({ ...minimumShape, ...changed }),
  ])
  .meta({ id: "InvariantChanged" });
export type InvariantChanged = z.output<typeof invariantChangedSchema>;

export const invariantListSchema = listOf(invariantSchema).meta({ id: "InvariantList" });

export const invariantsQuerySchema = z.strictObject({ ...pageQuery, environment: keySchema.exactOptional() });
export type InvariantsQuery = z.input<typeof invariantsQuerySchema>;

/** An invariant that a change broke which nothing may refuse, such as a kill. */
export const brokenInvariantSchema = z.object({ invariant: keySchema, message: z.string() });
export type BrokenInvariant = z.output<typeof brokenInvariantSchema>;
