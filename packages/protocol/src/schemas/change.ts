import { z } from "zod";
import {
  commentSchema,
  hashSchema,
  instantSchema,
  keySchema,
  listOf,
  nameSchema,
  pageQuery,
  revisionSchema,
} from "./common.ts";

export const actorSchema = z
  .object({ type: z.enum(["token", "user", "system"]), id: z.string(), name: nameSchema })
  .meta({
    id: "Actor",
    description: "Who did it: a person, by whichever of their tokens; a token of nobody; the server",
  });
export type ActorForm = z.output<typeof actorSchema>;

/** What a change touched: which names are there tells what it is. A flag with an environment is its targeting there. */
const touched = {
  flag: z.string().exactOptional(),
  segment: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  key: z.string().meta({ description: "The id of an SDK key" }).exactOptional(),
  invariant: z.string().exactOptional(),
  release: z.string().meta({ description: "The id of a release of the flag" }).exactOptional(),
  schedule: z.string().meta({ description: "The id of a change of the flag that waits" }).exactOptional(),
  freeze: z.string().exactOptional(),
  project: z.string().exactOptional(),
  user: z.string().meta({ description: "The id of a person" }).exactOptional(),
  token: z.string().meta({ description: "The id of a token" }).exactOptional(),
  webhook: z.string().meta({ description: "The id of a webhook" }).exactOptional(),
  before: z.unknown().meta({ description: "The whole document before; null where it was not there" }),
  after: z.unknown().meta({ description: "The whole document after; null where it was removed" }),
};
export const changeItemSchema = z.object(touched).meta({ id: "ChangeItem" });
export type ChangeItem = z.output<typeof changeItemSchema>;

/** What a change did to a list of keys that is kept apart from its segment's document. */
const changedListSchema = z
  .object({
    segment: z.string(),
    list: z.enum(["included", "excluded"]),
    added: z.int().min(0),
    removed: z.int().min(0),
  })
  .meta({ id: "ChangedList", description: "How many keys came and went; the keys are not shown" });

/** One entry of the history. The first item's fields stand at the top level too. */
export const changeSchema = z
  .object({
    revision: revisionSchema,
    at: instantSchema,
    actor: actorSchema,
    action: z.string().meta({ description: "What was done, like flag.create, targeting.update, flag.kill" }),
    ...touched,
    items: z.array(changeItemSchema),
    lists: z.array(changedListSchema).exactOptional(),
    comment: commentSchema.exactOptional(),
    requestId: z.string().exactOptional(),
    approval: z
      .object({ id: z.string(), by: z.array(actorSchema) })
      .meta({ description: "Where it had to be approved: who did, beside the actor, who made it" })
      .exactOptional(),
    hash: hashSchema,
  })
  .meta({ id: "Change" });
export type ChangeForm = z.output<typeof changeSchema>;

/** Newest first. `revision` and `head` are those of the newest change of the history, whatever the filters. */
export const changeListSchema = listOf(changeSchema)
  .extend({ revision: revisionSchema, head: hashSchema })
  .meta({ id: "ChangeList" });
export type ChangeList = z.output<typeof changeListSchema>;

const moment = z.union([z.string().regex(/^[0-9]{1,15}$/), instantSchema], {
  error: "must be a revision, like 42, or an RFC 3339 instant, like 2026-01-31T12:00:00Z",
});
export const installationChangesQuerySchema = z.strictObject({
  ...pageQuery,
  actor: z.string().min(1).max(200).exactOptional(),
  since: moment.meta({ description: "After this revision, or from this instant on" }).exactOptional(),
  until: moment.meta({ description: "Before this revision, or up to this instant" }).exactOptional(),
});
export type InstallationChangesQuery = z.input<typeof installationChangesQuerySchema>;

export const changesQuerySchema = installationChangesQuerySchema.extend({
  flag: keySchema.exactOptional(),
  segment: keySchema.exactOptional(),
  environment: keySchema.exactOptional(),
});
export type ChangesQuery = z.input<typeof changesQuerySchema>;

/** A head that was kept elsewhere: whole, or as much of it as the command line prints after a change. */
export const verifyQuerySchema = z.strictObject({
  head: z
    .string()
    .regex(/^[0-9a-f]{12,64}$/, "must be a head hash, or its first 12 characters or more, as 0-9 a-f")
    .meta({ description: "A head that was kept elsewhere; its first 12 characters do" })
    .exactOptional(),
  revision: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be a revision, a whole number")
    .transform(Number)
    .meta({ description: "The revision of that head; without it every change is looked at" })
    .exactOptional(),
});
export type VerifyQuery = z.input<typeof verifyQuerySchema>;

/** Whether the hash chain holds; where not, the first revision that does not fit. */
export const verdictSchema = z
  .discriminatedUnion("ok", [
    z.object({ ok: z.literal(true), head: hashSchema, checked: z.int().min(0) }),
    z.object({ ok: z.literal(false), revision: revisionSchema, reason: z.string() }),
  ])
  .meta({ id: "Verdict" });
export type Verdict = z.output<typeof verdictSchema>;
