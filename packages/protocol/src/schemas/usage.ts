import { z } from "zod";
import { instantSchema, keySchema } from "./common.ts";

const countSchema = z.int().min(0);

export const usageQuerySchema = z.strictObject({
  by: z.enum(["hour", "day"]).meta({ description: "How wide a span is; hour unless named" }).exactOptional(),
  since: instantSchema
    .meta({ description: "The last 24 hours, or the last 30 days, unless named. Hours are kept for 14 days" })
    .exactOptional(),
});
export type UsageQuery = z.input<typeof usageQuerySchema>;

/** What a flag served in one hour or day. */
export const usageSpanSchema = z
  .object({
    at: instantSchema.meta({ description: "Where the span begins, in UTC" }),
    total: countSchema,
    counts: z.array(
      z.object({
        variant: keySchema.meta({ description: "Absent where the caller's default was served" }).exactOptional(),
        reason: z.string().exactOptional(),
        count: countSchema,
      }),
    ),
  })
  .meta({ id: "UsageSpan" });
export type UsageSpan = z.output<typeof usageSpanSchema>;

export const usageOfEnvironmentSchema = z
  .object({
    environment: keySchema,
    lastAskedAt: instantSchema.meta({ description: "Absent where no SDK has said that it was asked" }).exactOptional(),
    total: countSchema,
    spans: z
      .array(usageSpanSchema)
      .meta({ description: "Oldest first; those in which nothing was asked are left out" }),
  })
  .meta({ id: "UsageOfEnvironment" });
export type UsageOfEnvironment = z.output<typeof usageOfEnvironmentSchema>;

export const usageSchema = z
  .object({
    flag: keySchema,
    by: z.enum(["hour", "day"]),
    since: instantSchema,
    environments: z.array(usageOfEnvironmentSchema),
  })
  .meta({ id: "Usage", description: "What SDKs say they were asked, some 30 s after they were" });
export type Usage = z.output<typeof usageSchema>;

export const missingFlagListSchema = z
  .object({
    items: z.array(z.object({ flag: z.string(), count: countSchema, lastAskedAt: instantSchema })),
  })
  .meta({ id: "MissingFlagList" });
export type MissingFlagList = z.output<typeof missingFlagListSchema>;
