/** Changes of many documents at once, and changes back to an earlier state. */
import { z } from "zod";
import { changeItemSchema } from "./change.ts";
import {
  changeStamp,
  commentSchema,
  hashSchema,
  instantSchema,
  keySchema,
  momentSchema,
  revisionSchema,
  stopReleaseSchema,
} from "./common.ts";
import { flagCreateSchema } from "./flag.ts";
import { environmentPatchSchema } from "./project.ts";
import { segmentPutSchema } from "./segment.ts";
import { targetingPutSchema } from "./targeting.ts";

const dryRunSchema = z.boolean().meta({ description: "Answer what would change, and change nothing" }).exactOptional();

/** One document of a change set. Which names are there tells what it is, as in the history. */
export const changeSetItemSchema = z
  .strictObject({
    flag: keySchema.exactOptional(),
    segment: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    ifRevision: revisionSchema
      .meta({ description: "The revision that the document must still have; 0: it must not be there" })
      .exactOptional(),
    after: z.unknown().meta({
      description: "The whole document as it shall be: what is not named is as in a new one. null removes a segment",
    }),
  })
  .meta({
    id: "ChangeSetItem",
    description: "A flag, a flag's targeting in an environment, a segment or an environment",
  });
export type ChangeSetItem = z.input<typeof changeSetItemSchema>;

/** Many documents, one revision: all of them or none. They may refer to each other. */
export const changeSetSchema = z
  .strictObject({
    items: z.array(changeSetItemSchema).min(1),
    dryRun: dryRunSchema,
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
  })
  .meta({
    id: "ChangeSet",
    example: {
      items: [
        { flag: "new-checkout", after: { description: "One-page checkout" } },
        { segment: "staff", after: { included: ["u1"] } },
      ],
    },
  });
export type ChangeSet = z.input<typeof changeSetSchema>;

/** `revision` and `head` of what was read are ignored where it is sent back. */
const ignored = { revision: revisionSchema.exactOptional(), head: hashSchema.exactOptional() };

/** What `after` may hold for each kind of document. */
export const flagAfterSchema = flagCreateSchema
  .omit({ off: true, fallthrough: true, reuseArchivedKey: true, comment: true })
  .extend({
    key: keySchema.exactOptional(),
    archivedAt: instantSchema.exactOptional(),
    leftAt: instantSchema.exactOptional(),
    ...ignored,
  });
export const targetingAfterSchema = targetingPutSchema.omit({ comment: true, stopRelease: true });
export const segmentAfterSchema = segmentPutSchema.omit({ comment: true });
export const environmentAfterSchema = environmentPatchSchema.omit({ comment: true }).extend({
  key: keySchema.exactOptional(),
  position: z.int().min(0).exactOptional(),
  protected: z.boolean().exactOptional(),
  ...ignored,
});

/** Back to how it was: a flag everywhere or in one environment, a segment, or all flags of an environment. */
export const revertSchema = z
  .strictObject({
    to: momentSchema,
    flag: keySchema.exactOptional(),
    segment: keySchema.exactOptional(),
    environment: keySchema.exactOptional(),
    reuseArchivedKey: z
      .boolean()
      .meta({ description: "Bring back a flag whose key another one has taken since. For admins alone" })
      .exactOptional(),
    dryRun: dryRunSchema,
    comment: commentSchema.exactOptional(),
    stopRelease: stopReleaseSchema.exactOptional(),
  })
  .refine(namesOneThing, "must name what to revert: flag, flag and environment, segment, or environment")
  .meta({ id: "Revert", example: { to: 41, flag: "new-checkout", environment: "production" } });
export type Revert = z.input<typeof revertSchema>;

function namesOneThing({
  flag,
  segment,
  environment,
}: {
  flag?: string;
  segment?: string;
  environment?: string;
}): boolean {
  return segment === undefined ? flag !== undefined || environment !== undefined : !flag && !environment;
}

/** What was changed, or with `dryRun` what would be; `revision` and `head` are the history's newest. */
export const changeSetAnswerSchema = z
  .object({ ...changeStamp, dryRun: z.literal(true).exactOptional(), items: z.array(changeItemSchema) })
  .meta({ id: "ChangeSetAnswer" });
export type ChangeSetAnswer = z.output<typeof changeSetAnswerSchema>;
