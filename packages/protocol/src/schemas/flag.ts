import { z } from "zod";
import {
  changeStamp,
  commentSchema,
  descriptionSchema,
  instantSchema,
  keySchema,
  listOf,
  MAX_TAGS,
  nameSchema,
  pageQuery,
  revisionSchema,
} from "./common.ts";
import { jsonValueSchema } from "./condition.ts";
import { serveSchema, targetingSchema } from "./targeting.ts";

export const flagTypeSchema = z.enum(["boolean", "string", "number", "json"]).meta({ id: "FlagType" });
export const flagKindSchema = z.enum(["release", "experiment", "ops", "permission"]).meta({ id: "FlagKind" });
export type FlagKindForm = z.infer<typeof flagKindSchema>;

export const variantSchema = z
  .strictObject({ key: keySchema, value: jsonValueSchema, description: descriptionSchema.exactOptional() })
  .meta({ id: "Variant", description: "A named value of the flag's type" });

/** Days after which a flag of a kind is called stale where nothing is decided by it any more. */
export const LIFETIME_DAYS = { release: 40, experiment: 60, ops: 730, permission: 730 } as const;

const lifetimeSchema = z.int().min(1).max(3_650).meta({
  description: "After so many days it is called stale where nothing is decided by it; its kind's unless named",
});

const definition = {
  kind: flagKindSchema,
  description: descriptionSchema,
  tags: z.array(nameSchema.min(1)).max(MAX_TAGS),
  owner: nameSchema,
  clientSide: z.boolean().meta({ description: "Whether browsers and devices may see it, rules included" }),
  variants: z.array(variantSchema),
};

const answer = {
  key: keySchema,
  type: flagTypeSchema,
  ...definition,
  seed: z.int().min(0).max(0xffff_ffff),
  expectedLifetimeDays: lifetimeSchema.exactOptional(),
  archivedAt: instantSchema.exactOptional(),
  leftAt: instantSchema
    .meta({ description: "When it left rulesets: 30 days archived, and asked for by no SDK in a day" })
    .exactOptional(),
  revision: revisionSchema,
};

/** A flag in a list: of each environment only whether it is enabled there. */
export const flagSummarySchema = z
  .object({
    ...answer,
    environments: z.record(z.string(), z.object({ enabled: z.boolean(), revision: revisionSchema })),
  })
  .meta({ id: "FlagSummary" });
export type FlagSummary = z.output<typeof flagSummarySchema>;
export const flagListSchema = listOf(flagSummarySchema).meta({ id: "FlagList" });
export type FlagList = z.output<typeof flagListSchema>;

/** A flag with its targeting in each environment. `revision` is that of its definition. */
export const flagSchema = z
  .object({ ...answer, environments: z.record(z.string(), targetingSchema) })
  .meta({ id: "Flag", description: "A flag with its targeting in each environment" });
export type FlagForm = z.output<typeof flagSchema>;

/** The answer to every change of a flag. */
export const flagChangedSchema = flagSchema.extend(changeStamp).meta({ id: "FlagChanged" });
export type FlagChanged = z.output<typeof flagChangedSchema>;

export const flagsQuerySchema = z.strictObject({
  ...pageQuery,
  q: z.string().max(200).meta({ description: "Text that the key or the description contains" }).exactOptional(),
  tag: nameSchema.exactOptional(),
  owner: nameSchema.exactOptional(),
  kind: flagKindSchema.exactOptional(),
  type: flagTypeSchema.exactOptional(),
  archived: z
    .enum(["true", "false", "all"])
    .meta({ description: "Archived flags alone, all others (so unless named), or all" })
    .exactOptional(),
});
export type FlagsQuery = z.input<typeof flagsQuerySchema>;

/**
 * A new flag: boolean with `on` and `off` unless said otherwise. Another type needs `variants`; its last is off and its
 * first the fallthrough unless named. It starts disabled in every environment.
 */
export const flagCreateSchema = z
  .strictObject({
    key: keySchema,
    type: flagTypeSchema.exactOptional(),
    kind: definition.kind.exactOptional(),
    description: definition.description.exactOptional(),
    tags: definition.tags.exactOptional(),
    owner: definition.owner.exactOptional(),
    clientSide: definition.clientSide.exactOptional(),
    variants: definition.variants.exactOptional(),
    seed: answer.seed.exactOptional(),
    expectedLifetimeDays: lifetimeSchema.exactOptional(),
    off: keySchema.exactOptional(),
    fallthrough: serveSchema.exactOptional(),
    reuseArchivedKey: z
      .boolean()
      .meta({ description: "Take the key of an archived flag, which this one replaces. For admins alone" })
      .exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "FlagCreate", example: { key: "new-checkout", description: "One-page checkout" } });
export type FlagCreate = z.input<typeof flagCreateSchema>;

/** A field that is named is replaced whole. */
export const flagPatchSchema = z
  .strictObject({
    kind: definition.kind.exactOptional(),
    description: definition.description.exactOptional(),
    tags: definition.tags.exactOptional(),
    owner: definition.owner.exactOptional(),
    clientSide: definition.clientSide.exactOptional(),
    variants: definition.variants.exactOptional(),
    expectedLifetimeDays: lifetimeSchema.nullable().meta({ description: "Days; null is its kind's" }).exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "FlagPatch", example: { owner: "team-checkout", tags: ["shop"], clientSide: true } });
export type FlagPatch = z.input<typeof flagPatchSchema>;

/** A flag past its expected lifetime by which nothing is decided any more. */
export const staleFlagSchema = z
  .object({
    flag: keySchema,
    kind: flagKindSchema,
    owner: nameSchema,
    expectedLifetimeDays: lifetimeSchema,
    reasons: z.array(z.enum(["rolled_out", "not_asked"])).meta({
      description: "Everybody is served one variant in the last environment; no SDK asked within its lifetime",
    }),
    serves: keySchema.meta({ description: "With `rolled_out`: what code can do for good" }).exactOptional(),
    lastAskedAt: instantSchema.meta({ description: "Absent where no SDK ever asked" }).exactOptional(),
  })
  .meta({ id: "StaleFlag" });
export type StaleFlag = z.output<typeof staleFlagSchema>;
export const staleFlagListSchema = z.object({ items: z.array(staleFlagSchema) }).meta({ id: "StaleFlagList" });
export type StaleFlagList = z.output<typeof staleFlagListSchema>;
