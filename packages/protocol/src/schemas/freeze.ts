/** Windows in which nothing alters an environment but a kill. */
import { z } from "zod";
import { changeStamp, commentSchema, instantSchema, keySchema, listOf, pageQuery, revisionSchema } from "./common.ts";

/** A window, from `from` until just before `until`. */
export const freezeSchema = z
  .object({
    key: keySchema,
    environment: keySchema,
    from: instantSchema,
    until: instantSchema,
    reason: commentSchema,
    active: z.boolean().meta({ description: "Whether it holds now" }),
    revision: revisionSchema,
  })
  .meta({ id: "Freeze", description: "A window in which nothing alters the environment's view but a kill" });
export type FreezeForm = z.output<typeof freezeSchema>;
export const freezeListSchema = listOf(freezeSchema).meta({ id: "FreezeList" });
export type FreezeList = z.output<typeof freezeListSchema>;
export const freezeChangedSchema = freezeSchema.extend(changeStamp).meta({ id: "FreezeChanged" });
export type FreezeChanged = z.output<typeof freezeChangedSchema>;

export const freezeCreateSchema = z
  .strictObject({
    key: keySchema,
    from: instantSchema.meta({ description: "Now unless named" }).exactOptional(),
    until: instantSchema,
    reason: commentSchema.exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({
    id: "FreezeCreate",
    example: { key: "year-end", from: "2026-12-20T00:00:00Z", until: "2027-01-02T08:00:00Z", reason: "Year end" },
  });
export type FreezeCreate = z.input<typeof freezeCreateSchema>;

export const freezesQuerySchema = z.strictObject(pageQuery);
export type FreezesQuery = z.input<typeof freezesQuerySchema>;
