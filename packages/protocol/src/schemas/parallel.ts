import { z } from "zod";
import { instantSchema, keySchema, revisionSchema } from "./common.ts";

const countSchema = z.int().min(0);
const namedSchema = z.array(z.object({ name: z.string(), count: countSchema }));
const timesSchema = z
  .object({ p50: z.number(), p95: z.number(), p99: z.number() })
  .meta({ id: "RunTimes", description: "Milliseconds, to 1 %" });

export const parallelOfRevisionSchema = z
  .object({
    revision: revisionSchema.meta({ description: "Of the flag's document that was evaluated" }),
    lastAt: instantSchema,
    runs: countSchema,
    matches: countSchema,
    mismatches: countSchema,
    timeouts: countSchema,
    skipped: countSchema.meta({ description: "Candidates that were not run: too many at once, or too many failed" }),
    errors: z.object({ control: countSchema, candidate: countSchema }),
    signatures: namedSchema.meta({ description: "Of mismatches, the most frequent first, 50 at most" }),
    ignored: namedSchema.meta({ description: "Known differences by name" }),
    samples: z.array(z.string()).meta({ description: "A few mismatches, as the application let them go" }),
    control: timesSchema.exactOptional(),
    candidate: timesSchema.exactOptional(),
  })
  .meta({ id: "ParallelOfRevision" });
export type ParallelOfRevision = z.output<typeof parallelOfRevisionSchema>;

export const parallelReportSchema = z
  .object({ flag: keySchema, environment: keySchema, items: z.array(parallelOfRevisionSchema) })
  .meta({ id: "ParallelReport", description: "What came of parallel runs, by revision of the flag, the newest first" });
export type ParallelReport = z.output<typeof parallelReportSchema>;
