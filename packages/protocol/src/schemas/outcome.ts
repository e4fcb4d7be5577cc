/** What SDKs tell of outcomes and of parallel runs: sums alone. */
import { z } from "zod";
import {
  MAX_EVENT_COUNT,
  MAX_HELLO_TEXT_LENGTH,
  MAX_MISMATCHES,
  MAX_OUTCOME_SIDES,
  MAX_SAMPLE_LENGTH,
  MAX_SAMPLES,
} from "../limits.ts";
import { CELLS, LADDER_BINS, SKETCH_BINS } from "../outcomes.ts";
import { revisionSchema } from "./common.ts";

const labelSchema = z.string().max(MAX_HELLO_TEXT_LENGTH);
const countSchema = z.int().min(0).max(MAX_EVENT_COUNT);
const cellSchema = z
  .int()
  .min(0)
  .max(CELLS - 1);
/** A sum of values may be anything that a double holds with room to add to. */
const sumSchema = z.number().min(-1e100).max(1e100);

const cellsOf = (number: z.ZodType<number, number>) =>
  z.union([z.array(number).max(CELLS), z.array(z.tuple([cellSchema, number])).max(CELLS)]);
const countsSchema = cellsOf(countSchema);

/** The first bin, then counts. */
const binsSchema = (most: number) => z.array(z.int().min(-1_000).max(MAX_EVENT_COUNT)).max(most + 1);
const sketchSchema = binsSchema(SKETCH_BINS).meta({
  description: "First bin of a DDSketch, γ = 1.01/0.99, then counts",
});

const outcomeSideSchema = z
  .looseObject({
    n: countsSchema.meta({ description: "Outcomes by cell" }),
    x: countsSchema.meta({ description: "Failures by cell" }).exactOptional(),
    s: cellsOf(sumSchema).meta({ description: "Values by cell" }).exactOptional(),
    u: countsSchema.meta({ description: "Starts by cell; as many as outcomes where it is left out" }).exactOptional(),
    q: sumSchema.meta({ description: "Squares of values" }).exactOptional(),
    z: countSchema.meta({ description: "Values that are not zero" }).exactOptional(),
    m: sumSchema.meta({ description: "The largest value" }).exactOptional(),
    d: sketchSchema.exactOptional(),
    h: z
      .array(binsSchema(LADDER_BINS + 1))
      .max(CELLS)
      .meta({ description: "For each cell: its number, its first bin of a ladder by √2, counts" })
      .exactOptional(),
  })
  .meta({ id: "OutcomeSide" });

/** Outcomes of those whom a release's rollout took in or left out, by the variant that it gave them. */
export const outcomeRowSchema = z.looseObject({
  flag: labelSchema.min(1),
  release: labelSchema.min(1),
  step: z.int().min(0).max(1_000),
  metric: labelSchema.min(1),
  sides: z.record(labelSchema, outcomeSideSchema).refine((sides) => Object.keys(sides).length <= MAX_OUTCOME_SIDES, {
    error: `must name at most ${MAX_OUTCOME_SIDES} sides`,
  }),
});
export type OutcomeRowInput = z.output<typeof outcomeRowSchema>;

const namedCountsSchema = z.array(z.tuple([labelSchema, z.int().min(1).max(MAX_EVENT_COUNT)])).max(MAX_MISMATCHES);

/** What came of running a candidate beside the control. */
export const parallelRowSchema = z.looseObject({
  flag: labelSchema.min(1),
  revision: revisionSchema,
  runs: countSchema,
  matches: countSchema,
  timeouts: countSchema.exactOptional(),
  skipped: countSchema.exactOptional(),
  errors: z.looseObject({ control: countSchema, candidate: countSchema }).exactOptional(),
  mismatches: namedCountsSchema.exactOptional(),
  ignored: namedCountsSchema.exactOptional(),
  control: sketchSchema.exactOptional(),
  candidate: sketchSchema.exactOptional(),
  samples: z.array(z.string().max(MAX_SAMPLE_LENGTH)).max(MAX_SAMPLES).exactOptional(),
});
export type ParallelRowInput = z.output<typeof parallelRowSchema>;
