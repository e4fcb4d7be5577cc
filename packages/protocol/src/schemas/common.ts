/** The pieces that every request and answer of the admin API is made of, and the limits that stand beside them. */
import { z } from "zod";

export const MAX_COMMENT_LENGTH = 2_000;
export const MAX_NAME_LENGTH = 200;
export const MAX_DESCRIPTION_LENGTH = 10_000;
export const MAX_TAGS = 64;
export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

/** The form of every key that people choose: of flags, variants, segments, environments and projects. */
export const KEY_PATTERN = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** A key in a document. */
export const keySchema = z
  .string()
  .regex(KEY_PATTERN, "must be 1 to 128 of a-z 0-9 . _ - and start with a letter or digit")
  .meta({
    id: "Key",
    description: "1 to 128 of `a-z 0-9 . _ -`, starting with a letter or digit",
    example: "new-checkout",
  });

/** Why a change is made; kept in the history. */
export const commentSchema = z
  .string()
  .max(MAX_COMMENT_LENGTH)
  .meta({ description: "Why the change is made. Kept in the history" });

export const nameSchema = z.string().max(MAX_NAME_LENGTH);
export const descriptionSchema = z.string().max(MAX_DESCRIPTION_LENGTH);

/** A change's number in its project's history: 1, 2, 3, … */
export const revisionSchema = z
  .int()
  .min(0)
  .meta({ description: "The number of a change in its project's history: 1, 2, 3, … with no gap" });

/** SHA-256 in hexadecimal; empty before the first change. */
export const hashSchema = z
  .string()
  .regex(/^([0-9a-f]{64})?$/)
  .meta({
    description: "The hash of the newest change; keep it to prove later that the history was not cut or rewritten",
  });

/** An instant as RFC 3339, in UTC. */
export const instantSchema = z.iso.datetime({ offset: true }).meta({ description: "An instant, RFC 3339" });

/** A moment of a project's history: a revision, or an instant. Read as text either way. */
export const momentSchema = z
  .union([z.string().regex(/^[0-9]{1,15}$/), instantSchema, z.int().min(0).transform(String)], {
    error: "must be a revision, like 42, or an RFC 3339 instant, like 2026-01-31T12:00:00Z",
  })
  .meta({ description: "A revision, or an instant as RFC 3339" });
export type Moment = z.input<typeof momentSchema>;

/** What the answer to every change holds beside the document that it made. */
export const changeStamp = { revision: revisionSchema, head: hashSchema };
export const changedSchema = z.object(changeStamp).meta({ id: "Changed" });
export type Changed = z.infer<typeof changedSchema>;

/** The body of a change that needs nothing but, perhaps, a reason. */
export const commentOnlySchema = z
  .strictObject({ comment: commentSchema.exactOptional() })
  .meta({ id: "CommentOnly", example: { comment: "The launch is today" } });
export type CommentOnly = z.input<typeof commentOnlySchema>;

/** Where a release owns what is altered: stop it, rather than refuse. */
export const stopReleaseSchema = z
  .boolean()
  .meta({ description: "A release that owns the rollout is stopped; without it the change is refused" });

/** The query of a DELETE, which has no body. */
export const commentQuerySchema = z.strictObject({ comment: commentSchema.exactOptional() });
export type CommentQuery = z.input<typeof commentQuerySchema>;

/** Where a list goes on and how much of it is wanted. */
export const pageQuery = {
  cursor: z.string().min(1).max(1_000).meta({ description: "`nextCursor` of the page before" }).exactOptional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,4}$/, `must be a whole number from 1 to ${MAX_PAGE}`)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_PAGE))
    .meta({ description: `How many, 1 to ${MAX_PAGE}; ${DEFAULT_PAGE} unless named` })
    .exactOptional(),
};

/** A list: `{items, nextCursor?}`; no `nextCursor` on its last page. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().exactOptional() });
}
export interface ListOf<T> {
  items: T[];
  nextCursor?: string;
}
