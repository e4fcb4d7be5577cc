import { z } from "zod";
import {
  changeStamp,
  commentSchema,
  descriptionSchema,
  hashSchema,
  keySchema,
  listOf,
  nameSchema,
  pageQuery,
  revisionSchema,
} from "./common.ts";
import { conditionSchema } from "./condition.ts";

const segmentFields = {
  name: nameSchema,
  description: descriptionSchema,
  included: z.array(z.string()),
  excluded: z.array(z.string()),
  by: z
    .string()
    .meta({ description: "The attribute looked up in the lists; targetingKey unless named" })
    .exactOptional(),
  when: conditionSchema.nullable(),
};

/** A reusable set of contexts. A key in `excluded` is out, else one in `included` is in, else `when` decides. */
export const segmentSchema = z
  .object({ key: keySchema, ...segmentFields, revision: revisionSchema })
  .meta({ id: "Segment", description: "`excluded` is out, else `included` is in, else `when` decides" });
export type SegmentForm = z.output<typeof segmentSchema>;
export const segmentChangedSchema = segmentSchema.extend(changeStamp).meta({ id: "SegmentChanged" });
export type SegmentChanged = z.output<typeof segmentChangedSchema>;

/** A segment in a list: its lists are counted, not shown. */
export const segmentSummarySchema = z
  .object({
    key: keySchema,
    name: nameSchema,
    description: descriptionSchema,
    includedCount: z.int().min(0),
    excludedCount: z.int().min(0),
    revision: revisionSchema,
  })
  .meta({ id: "SegmentSummary" });
export type SegmentSummary = z.output<typeof segmentSummarySchema>;
export const segmentListSchema = listOf(segmentSummarySchema).meta({ id: "SegmentList" });
export type SegmentList = z.output<typeof segmentListSchema>;

export const segmentsQuerySchema = z.strictObject(pageQuery);
export type SegmentsQuery = z.input<typeof segmentsQuerySchema>;

const optionalFields = {
  name: segmentFields.name.exactOptional(),
  description: segmentFields.description.exactOptional(),
  included: segmentFields.included.exactOptional(),
  excluded: segmentFields.excluded.exactOptional(),
  by: segmentFields.by,
  when: segmentFields.when.exactOptional(),
  comment: commentSchema.exactOptional(),
};

/** A new segment; what is not named is empty. */
export const segmentCreateSchema = z.strictObject({ key: keySchema, ...optionalFields }).meta({ id: "SegmentCreate" });
export type SegmentCreate = z.input<typeof segmentCreateSchema>;

/** Replaces a segment; what is not named becomes empty. `key`, `revision` and `head` of an answer are ignored. */
export const segmentPutSchema = z
  .strictObject({
    ...optionalFields,
    key: keySchema.exactOptional(),
    revision: revisionSchema.exactOptional(),
    head: hashSchema.exactOptional(),
  })
  .meta({ id: "SegmentPut" });
export type SegmentPut = z.input<typeof segmentPutSchema>;

/** A field that is named is replaced whole; `by: null` goes back to targetingKey. */
export const segmentPatchSchema = z
  .strictObject({ ...optionalFields, by: z.string().nullable().exactOptional() })
  .meta({ id: "SegmentPatch" });
export type SegmentPatch = z.input<typeof segmentPatchSchema>;
