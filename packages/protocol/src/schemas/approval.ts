/** Changes that wait until people who did not make them have approved them. */
import { z } from "zod";
import { actorSchema, changeItemSchema } from "./change.ts";
import { commentSchema, instantSchema, keySchema, listOf, pageQuery, revisionSchema } from "./common.ts";

export const approvalStatusSchema = z
  .enum(["waiting", "applied", "rejected", "withdrawn", "outdated", "expired"])
  .meta({ id: "ApprovalStatus", description: "`outdated`: what it touches was changed meanwhile" });
export type ApprovalStatusForm = z.output<typeof approvalStatusSchema>;

const votedSchema = z.object({ by: actorSchema, at: instantSchema, comment: commentSchema.exactOptional() });

/** A change that waits, or waited. */
export const approvalSchema = z
  .object({
    id: z.string(),
    status: approvalStatusSchema,
    action: z.string().meta({ description: "What would be done, like targeting.update" }),
    author: actorSchema,
    comment: commentSchema.exactOptional(),
    createdAt: instantSchema,
    expiresAt: instantSchema.meta({ description: "Nobody can approve it from then on" }),
    needs: z
      .array(z.object({ environment: keySchema, approvals: z.int().min(0), missing: z.int().min(0) }))
      .meta({ description: "How many must approve it, by environment, and how many have not" }),
    approvals: z.array(votedSchema).meta({ description: "Who has approved it" }),
    items: z.array(changeItemSchema).meta({
      description: "What it would change, as it was when it was proposed; what the caller may not see left out",
    }),
    applies: z.boolean().meta({
      description: "Whether it waits, and the documents that it touches still are those for which it was proposed",
    }),
    request: z.object({ method: z.string(), path: z.string() }).meta({ description: "What was asked for" }),
    closed: z
      .object({ by: actorSchema, at: instantSchema, comment: commentSchema.exactOptional() })
      .meta({ description: "Who ended it: approved it last, rejected or withdrew it" })
      .exactOptional(),
    revision: revisionSchema.meta({ description: "The change that it was applied as" }).exactOptional(),
  })
  .meta({ id: "Approval", description: "A change that waits until people who did not make it have approved it" });
export type ApprovalForm = z.output<typeof approvalSchema>;
export const approvalListSchema = listOf(approvalSchema).meta({ id: "ApprovalList" });
export type ApprovalList = z.output<typeof approvalListSchema>;

/** The answer, with 202, to a change that has to be approved first; also to each step on its way. */
export const approvalAnswerSchema = z.object({ approval: approvalSchema }).meta({ id: "ApprovalAnswer" });
export type ApprovalAnswer = z.output<typeof approvalAnswerSchema>;

export const approvalsQuerySchema = z.strictObject({
  ...pageQuery,
  status: z
    .enum([...approvalStatusSchema.options, "all"])
    .meta({ description: "`waiting` unless named" })
    .exactOptional(),
});
export type ApprovalsQuery = z.input<typeof approvalsQuerySchema>;
