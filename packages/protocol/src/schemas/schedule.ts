/** Changes, and starts of releases, that wait for their time. */
import { z } from "zod";
import { changeStamp, commentSchema, instantSchema, listOf, revisionSchema } from "./common.ts";
import { jsonValueSchema } from "./condition.ts";
import { releasePlanSchema } from "./release.ts";
import { targetingPatchSchema } from "./targeting.ts";

const changeSchema = targetingPatchSchema
  .omit({ comment: true, stopRelease: true })
  .meta({ id: "ScheduledChange", description: "A merge patch of the targeting, checked again when its time comes" });

const atSchema = instantSchema.meta({ description: "When: in the future, RFC 3339", example: "2026-12-01T09:00:00Z" });
const commented = { at: atSchema, comment: commentSchema.exactOptional() };
const killSchema = z.literal(true).meta({ description: "Off, whatever is running then" });

export const scheduleCreateSchema = z
  .union(
    [
      z.strictObject({ ...commented, change: changeSchema }),
      z.strictObject({ ...commented, kill: killSchema }),
      z.strictObject({ ...commented, release: releasePlanSchema }),
    ],
    { error: "must hold `at`, and one of `change`, `kill` and `release`" },
  )
  .meta({ id: "ScheduleCreate", example: { at: "2026-12-01T09:00:00Z", change: { enabled: true } } });
export type ScheduleCreate = z.input<typeof scheduleCreateSchema>;

const shown = {
  id: z.string(),
  at: instantSchema,
  change: z
    .record(z.string(), jsonValueSchema)
    .meta({ description: "The merge patch, as it was asked for" })
    .exactOptional(),
  kill: killSchema.exactOptional(),
  release: releasePlanSchema
    .meta({ description: "The release that begins then, with every default filled in" })
    .exactOptional(),
  by: z.string().meta({ description: "Who asked for it" }),
  comment: commentSchema.exactOptional(),
  revision: revisionSchema,
};

export const scheduleSchema = z
  .object(shown)
  .meta({ id: "Schedule", description: "A change, or the start of a release, that waits for its time" });
export type ScheduleForm = z.output<typeof scheduleSchema>;

export const scheduleChangedSchema = z.object({ ...shown, ...changeStamp }).meta({ id: "ScheduleChanged" });
export type ScheduleChanged = z.output<typeof scheduleChangedSchema>;

export const scheduleListSchema = listOf(scheduleSchema).meta({ id: "ScheduleList" });
