import { z } from "zod";
import { changeStamp, commentSchema, hashSchema, keySchema, listOf, nameSchema, revisionSchema } from "./common.ts";

/** A project; `revision` and `head` are those of the newest change of its history. */
export const projectSchema = z
  .object({ key: keySchema, name: nameSchema, revision: revisionSchema, head: hashSchema })
  .meta({ id: "Project", description: "A set of flags, segments and environments with one history" });
export type ProjectForm = z.output<typeof projectSchema>;
export const projectListSchema = listOf(projectSchema).meta({ id: "ProjectList" });
export type ProjectList = z.output<typeof projectListSchema>;

const MAX_FIRST_ENVIRONMENTS = 100;
const MAX_APPROVALS = 10;

const approvalsSchema = z.int().min(0).max(MAX_APPROVALS).meta({
  description:
    "How many people who did not make it must approve what alters the environment's view, while it is protected",
});

/** A new project with its own history. */
export const projectCreateSchema = z
  .strictObject({
    key: keySchema,
    name: nameSchema.exactOptional(),
    environments: z
      .array(keySchema)
      .min(1)
      .max(MAX_FIRST_ENVIRONMENTS)
      .refine((keys) => new Set(keys).size === keys.length, "must name each environment once")
      .meta({ description: "In promotion order; development, staging and production unless named" })
      .exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "ProjectCreate", example: { key: "mobile", name: "Mobile apps" } });
export type ProjectCreate = z.input<typeof projectCreateSchema>;

/** A place where flags have their own state. */
export const environmentSchema = z
  .object({
    key: keySchema,
    name: nameSchema,
    position: z.int().min(0).meta({ description: "Promotion order, from 0" }),
    protected: z
      .boolean()
      .meta({ description: "Whether its changes are for few, and asked about by the command line" }),
    approvals: approvalsSchema,
    revision: revisionSchema,
  })
  .meta({ id: "Environment", description: "A place where flags have their own state" });
export type EnvironmentForm = z.output<typeof environmentSchema>;
export const environmentListSchema = listOf(environmentSchema).meta({ id: "EnvironmentList" });
export type EnvironmentList = z.output<typeof environmentListSchema>;
export const environmentChangedSchema = environmentSchema.extend(changeStamp).meta({ id: "EnvironmentChanged" });
export type EnvironmentChanged = z.output<typeof environmentChangedSchema>;

/** A new environment, last in promotion order; every flag starts there as a new flag does, or as it is in another one. */
export const environmentCreateSchema = z
  .strictObject({
    key: keySchema,
    name: nameSchema.exactOptional(),
    from: keySchema
      .meta({ description: "The environment whose targeting every flag gets, with who is in which share" })
      .exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "EnvironmentCreate", example: { key: "preview", from: "staging" } });
export type EnvironmentCreate = z.input<typeof environmentCreateSchema>;

export const environmentPatchSchema = z
  .strictObject({
    name: nameSchema.exactOptional(),
    position: z
      .int()
      .min(0)
      .meta({ description: "Its place in promotion order, from 0; the others move up or down" })
      .exactOptional(),
    protected: z
      .boolean()
      .meta({ description: "What alters its view is an admin's then, and a releaser's for rollouts and switches" })
      .exactOptional(),
    approvals: approvalsSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "EnvironmentPatch", example: { protected: true, approvals: 1 } });
export type EnvironmentPatch = z.input<typeof environmentPatchSchema>;
