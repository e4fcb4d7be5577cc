/** What a release is judged by, as it is asked for; what is left out has a default. */
import { z } from "zod";
import { DURATION_PATTERN } from "../duration.ts";

/** How long something takes, in words of one number and one unit. */
export const durationSchema = z
  .string()
  .regex(DURATION_PATTERN, "must be a whole number and a unit, like 30s, 10m, 2h or 1d")
  .meta({ id: "Duration", description: "A whole number and a unit: `30s`, `10m`, `2h`, `1d`", example: "10m" });

export const METRIC_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

/** The name of what an application tracks. */
export const metricSchema = z
  .string()
  .regex(METRIC_PATTERN, "must be 1 to 128 of A-Z a-z 0-9 . _ / - and start with a letter or digit")
  .meta({ description: "The name that the application gives to `track` and `measure`", example: "checkout" });

const toleranceSchema = z
  .strictObject({
    relative: z.number().min(0).max(100).meta({ description: "0.1: at most 1.1 times the control's" }).exactOptional(),
    absolute: z
      .number()
      .min(0)
      .meta({ description: "Beyond that: a share of outcomes, milliseconds, or the value's own unit" })
      .exactOptional(),
  })
  .refine(({ relative, absolute }) => relative !== undefined || absolute !== undefined, {
    error: "must name relative, absolute or both",
  })
  .meta({ id: "Tolerance" });

const addressSchema = z.url({ protocol: /^https?$/ }).max(2_000);

export const guardSourceSchema = z
  .union([
    z.enum(["sdk", "parallelRun"]),
    z.strictObject({
      prometheus: z
        .string()
        .min(1)
        .max(4_000)
        .meta({ description: "A query; `$variant` stands for each side's variant" }),
      url: addressSchema
        .meta({ description: "The Prometheus server, where it is not the installation's" })
        .exactOptional(),
    }),
    z.strictObject({
      http: addressSchema.meta({ description: "`$variant` stands for each side's variant" }),
      path: z.string().max(1_000).meta({ description: "A JSON pointer to a number in the answer", example: "/rate" }),
    }),
  ])
  .meta({ id: "GuardSource" });

export const guardInputSchema = z
  .strictObject({
    metric: metricSchema,
    measure: z.enum(["errors", "latency", "value", "mismatches"]),
    quantile: z.number().min(0.5).max(0.999).meta({ description: "Of latency; 0.95 unless named" }).exactOptional(),
    tolerance: toleranceSchema
      .meta({ description: "`{relative: 0.1}` for errors and latency, 0.05 for values, unless named" })
      .exactOptional(),
    harm: toleranceSchema
      .meta({ description: "What has to be ruled out before a step passes; twice the control's and 1 %, unless named" })
      .exactOptional(),
    pass: z.enum(["shown", "tolerance", "unrefuted"]).meta({ description: "`shown` unless named" }).exactOptional(),
    minimum: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .meta({ description: "Outcomes a side; 50 unless named" })
      .exactOptional(),
    limit: z.number().meta({ description: "A bound on the treated side alone" }).exactOptional(),
    higherIsWorse: z
      .boolean()
      .meta({ description: "Unless named, more errors, longer times and lower values are worse" })
      .exactOptional(),
    after: durationSchema
      .meta({ description: "Outcomes before it are not taken: for caches to warm up" })
      .exactOptional(),
    cap: z.number().positive().meta({ description: "Values above it are cut" }).exactOptional(),
    source: guardSourceSchema.exactOptional(),
  })
  .meta({ id: "Guard" });
export type GuardInput = z.input<typeof guardInputSchema>;
