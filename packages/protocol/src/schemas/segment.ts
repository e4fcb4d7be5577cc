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

/** A list of over 10,000 keys, which lies apart: read and changed under `…/keys`. */
export const keptListSchema = z
  .strictObject({
    list: z.string().meta({ description: "The list's id" }),
    count: z.int().min(0).meta({ description: "How many keys it has" }),
    version: revisionSchema.meta({ description: "The revision that made it what it is" }),
  })
  .meta({
    id: "KeptList",
    description: "A list of keys that is too long for a document. Sent back, it stays as it is",
  });

const keysSchema = z.union([z.array(z.string()), keptListSchema]);

const segmentFields = {
  name: nameSchema,
  description: descriptionSchema,
  included: keysSchema,
  excluded: keysSchema,
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
export const segmentCreateSchema = z
  .strictObject({ key: keySchema, ...optionalFields })
  .meta({ id: "SegmentCreate", example: { key: "staff", included: ["u1"] } });
export type SegmentCreate = z.input<typeof segmentCreateSchema>;

/** Replaces a segment; what is not named becomes empty. `key`, `revision` and `head` of an answer are ignored. */
export const segmentPutSchema = z
  .strictObject({
    ...optionalFields,
    key: keySchema.exactOptional(),
    revision: revisionSchema.exactOptional(),
    head: hashSchema.exactOptional(),
  })
  .meta({ id: "SegmentPut", example: { included: ["u1", "u2"], when: null } });
export type SegmentPut = z.input<typeof segmentPutSchema>;

/** A field that is named is replaced whole; `by: null` goes back to targetingKey. */
export const segmentPatchSchema = z
  .strictObject({ ...optionalFields, by: z.string().nullable().exactOptional() })
  .meta({ id: "SegmentPatch", example: { description: "Whoever works here" } });
export type SegmentPatch = z.input<typeof segmentPatchSchema>;

export const listPartSchema = z
  .enum(["included", "excluded"])
  .meta({ description: "Which of the segment's lists; included unless named" });
export type ListPartName = z.input<typeof listPartSchema>;

/** Keys to come and keys to go; one that is in both comes. */
export const segmentKeysEditSchema = z
  .strictObject({
    list: listPartSchema.exactOptional(),
    add: z.array(z.string()).exactOptional(),
    remove: z.array(z.string()).exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .meta({ id: "SegmentKeysEdit", example: { add: ["u1", "u2"], remove: ["u3"] } });
export type SegmentKeysEdit = z.input<typeof segmentKeysEditSchema>;

export const segmentKeysReplaceQuerySchema = z.strictObject({
  list: listPartSchema.exactOptional(),
  comment: commentSchema.exactOptional(),
});
export type SegmentKeysReplaceQuery = z.input<typeof segmentKeysReplaceQuerySchema>;

/** How many keys one page has at most. */
export const MAX_KEYS_PAGE = 10_000;
export const segmentKeysQuerySchema = z.strictObject({
  list: listPartSchema.exactOptional(),
  cursor: z.string().min(1).max(2_000).meta({ description: "`nextCursor` of the page before" }).exactOptional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,5}$/, `must be a whole number from 1 to ${MAX_KEYS_PAGE}`)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_KEYS_PAGE))
    .meta({ description: `How many, 1 to ${MAX_KEYS_PAGE}; 1000 unless named` })
    .exactOptional(),
});
export type SegmentKeysQuery = z.input<typeof segmentKeysQuerySchema>;

/** Keys of one list, by their UTF-8 bytes; `count` is how many there are in all. */
export const segmentKeysSchema = listOf(z.string())
  .extend({ count: z.int().min(0), revision: revisionSchema })
  .meta({ id: "SegmentKeys" });
export type SegmentKeys = z.output<typeof segmentKeysSchema>;

/** What a change of keys answers with: how many the list has now, and where the segment stands. */
export const segmentKeysChangedSchema = z
  .object({ list: listPartSchema, count: z.int().min(0), ...changeStamp })
  .meta({ id: "SegmentKeysChanged" });
export type SegmentKeysChanged = z.output<typeof segmentKeysChangedSchema>;
