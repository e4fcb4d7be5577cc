/** Rollouts that the server carries out in steps. */
import { z } from "zod";
import { changeStamp, commentSchema, instantSchema, keySchema, listOf, revisionSchema } from "./common.ts";
import { jsonValueSchema } from "./condition.ts";
import { durationSchema, guardInputSchema } from "./guard.ts";
import { brokenInvariantSchema } from "./invariant.ts";
import { isWholeShare } from "./targeting.ts";

const MAX_STEPS = 100;
const MAX_GUARDS = 20;

const percentageSchema = z
  .number()
  .min(0, "must be from 0 to 100")
  .max(100, "must be from 0 to 100")
  .refine(isWholeShare, "must have at most three decimals");

export const releaseStepSchema = z
  .strictObject({
    percentage: percentageSchema,
    hold: durationSchema,
    approval: z
      .boolean()
      .meta({ description: "It begins only once somebody has approved it; the first begins with the release" })
      .exactOptional(),
  })
  .meta({ id: "ReleaseStep" });
export type ReleaseStepForm = z.output<typeof releaseStepSchema>;

const asked = {
  variant: keySchema
    .meta({ description: "What is released: a boolean flag's true one, or the one that rolls out, unless named" })
    .exactOptional(),
  weights: z
    .record(z.string(), z.int().min(1).max(100_000))
    .meta({ description: "Several variants, by their parts of the share that a step gives" })
    .exactOptional(),
  bucketBy: z
    .string()
    .min(1)
    .meta({ description: "Who stays together: the rollout's own unless named, which is targetingKey unless named" })
    .exactOptional(),
  segment: keySchema.meta({ description: "To those in it alone, by a rule of the release's own" }).exactOptional(),
  steps: z.array(releaseStepSchema).min(1).max(MAX_STEPS),
  guards: z.array(guardInputSchema).max(MAX_GUARDS).exactOptional(),
  onBreach: z.enum(["rollback", "pause"]).meta({ description: "rollback unless named" }).exactOptional(),
  onInconclusive: z
    .enum(["pause", "advance", "rollback"])
    .meta({ description: "Where a step could not be judged within `maxHold`; pause unless named" })
    .exactOptional(),
  maxHold: durationSchema.meta({ description: "Of each step; ten times its hold unless named" }).exactOptional(),
};

const namesOne = ({ variant, weights }: { readonly variant?: string; readonly weights?: object }) =>
  variant === undefined || weights === undefined;
const NAMES_BOTH = { error: "takes variant or weights, not both" };

/** What is released, and how; when it begins is said elsewhere. */
export const releasePlanSchema = z.strictObject(asked).refine(namesOne, NAMES_BOTH).meta({ id: "ReleasePlan" });

export const releaseStartSchema = z
  .strictObject({
    ...asked,
    at: instantSchema.meta({ description: "When it begins; at once unless named" }).exactOptional(),
    comment: commentSchema.exactOptional(),
  })
  .refine(namesOne, NAMES_BOTH)
  .meta({
    id: "ReleaseStart",
    example: {
      steps: [
        { percentage: 1, hold: "10m" },
        { percentage: 100, hold: "10m" },
      ],
      guards: [{ metric: "checkout", measure: "errors" }],
    },
  });
export type ReleaseStart = z.input<typeof releaseStartSchema>;

export const releaseStateSchema = z.enum(["scheduled", "running", "paused", "completed", "rolledBack", "aborted"]);

const sideSchema = z.looseObject({ outcomes: z.number(), value: z.number().nullable().exactOptional() });
const lookSchema = z.looseObject({
  guard: z.int().meta({ description: "Position in `guards`" }),
  side: z.string().meta({ description: "The variant that is compared" }),
  verdict: z.enum(["pass", "fail", "wait", "noData"]),
  reason: z.string(),
  treated: sideSchema,
  control: sideSchema.exactOptional(),
  atLeast: z.number().nullable().meta({ description: "Treated over control, at 95 %" }).exactOptional(),
  atMost: z.number().nullable().exactOptional(),
  neededMs: z.number().nullable().exactOptional(),
  warnings: z.array(z.string()).meta({ description: "What to know of the data" }).exactOptional(),
});
export const judgementSchema = z
  .looseObject({
    verdict: z.enum(["pass", "fail", "wait", "noData", "inconclusive"]),
    reason: z.string(),
    says: z.string().meta({ description: "In words" }),
    culprit: z.int().meta({ description: "Position of the guard that decided" }).exactOptional(),
    neededMs: z.number().nullable().exactOptional(),
    guards: z.array(lookSchema),
  })
  .meta({ id: "Judgement", description: "What the judge says of a step, and of which numbers" });
export type Judgement = z.output<typeof judgementSchema>;

const shown = {
  id: z.string(),
  state: releaseStateSchema,
  step: z.int().min(0).meta({ description: "Position in `steps` of the one in force, from 0" }),
  percentage: z.number().meta({ description: "The share that the step in force gives; 0 before it begins" }),
  weights: z.record(z.string(), z.number()).meta({ description: "What is released, by parts of that share" }),
  bucketBy: z.string().exactOptional(),
  segment: z.string().exactOptional(),
  steps: z.array(releaseStepSchema),
  guards: z.array(guardInputSchema),
  onBreach: z.enum(["rollback", "pause"]),
  onInconclusive: z.enum(["pause", "advance", "rollback"]),
  maxHold: durationSchema.exactOptional(),
  startsAt: instantSchema.exactOptional(),
  since: instantSchema.meta({ description: "When the step began, or went on after a pause" }),
  heldMs: z.number().meta({ description: "For how long the step has been held, pauses left out" }),
  waitsFor: z
    .enum(["hold", "guards", "data", "approval", "freeze"])
    .meta({ description: "What the next step waits for, while it runs" })
    .exactOptional(),
  approved: z
    .boolean()
    .meta({ description: "Whether the next step is approved, where it wants to be" })
    .exactOptional(),
  pausedBy: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  verdict: judgementSchema.exactOptional(),
  revision: revisionSchema,
};

export const releaseSchema = z.object(shown).meta({ id: "Release", description: "A rollout in steps, with guards" });
export type ReleaseForm = z.output<typeof releaseSchema>;

/** What a guard will be able to see, told before a release begins. */
export const foreseenSchema = z
  .object({
    step: z.int().meta({ description: "Position in `steps`" }),
    guard: z.int().meta({ description: "Position in `guards`" }),
    says: z.string().meta({ description: "In words" }),
    detectOutcomes: z.number().meta({ description: "Treated outcomes until twice the failures are noticed" }),
    detectMs: z.number().meta({ description: "How long they take to come" }).exactOptional(),
    passOutcomes: z.number().meta({ description: "Treated outcomes until harm is ruled out, where there is none" }),
    neededMs: z.number().meta({ description: "How long these take" }).exactOptional(),
    warning: z
      .string()
      .meta({ description: "What to do where that is longer than a step is held at most" })
      .exactOptional(),
  })
  .meta({ id: "Foreseen" });
export type Foreseen = z.output<typeof foreseenSchema>;

export const releaseForecastSchema = z
  .object({
    items: z.array(foreseenSchema),
    perSecond: z
      .number()
      .meta({ description: "How often the flag was asked for in the last hour; absent where nobody asked" })
      .exactOptional(),
    lastsMs: z.number().meta({ description: "Of all steps: their holds, and what guards need beyond them" }),
  })
  .meta({
    id: "ReleaseForecast",
    description: "How long a release will take where nothing is wrong: means, no promises",
  });
export type ReleaseForecast = z.output<typeof releaseForecastSchema>;

export const releaseChangedSchema = z
  .object({
    ...shown,
    ...changeStamp,
    foreseen: z
      .array(foreseenSchema)
      .meta({ description: "What each guard will be able to see in each step, at the traffic of the last hour" })
      .exactOptional(),
    broken: z
      .array(brokenInvariantSchema)
      .meta({ description: "Invariants that a rollback broke: it is made all the same" })
      .exactOptional(),
  })
  .meta({ id: "ReleaseChanged" });
export type ReleaseChanged = z.output<typeof releaseChangedSchema>;

export const releaseListSchema = listOf(z.object({ flag: z.string(), ...shown }).meta({ id: "ListedRelease" })).meta({
  id: "ReleaseList",
});
export type ReleaseList = z.output<typeof releaseListSchema>;

export const verdictListSchema = z
  .object({
    release: z.string(),
    items: z.array(
      z.object({
        at: instantSchema,
        step: z.int(),
        question: jsonValueSchema.meta({ description: "All that the judge was asked of: guards, plan and evidence" }),
        verdict: judgementSchema,
        same: z.boolean().meta({ description: "Asked the same again now, the judge says the same" }),
        did: z.string().meta({ description: "What it led to" }).exactOptional(),
      }),
    ),
  })
  .meta({ id: "VerdictList" });
export type VerdictList = z.output<typeof verdictListSchema>;
