import { z } from "zod";
import { type ProblemCode, problemCodes } from "../problem-codes.ts";

const codeSchema = z
  .string()
  .refine((code): code is ProblemCode => Object.hasOwn(problemCodes, code))
  .meta({ enum: Object.keys(problemCodes) });

/** An RFC 9457 problem document, `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: codeSchema,
    detail: z.string().meta({ description: "What happened, to what, and what to do" }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
    id: z.string().exactOptional().meta({ description: "With secret_shown_once: of the key or token" }),
    requestId: z.string().exactOptional(),
  })
  .meta({ id: "Problem" });

export const liveSchema = z.object({ status: z.literal("live") }).meta({ id: "Liveness" });

/** `degraded`: served from memory, the database being out of reach. */
export const readySchema = z
  .object({ status: z.enum(["ready", "degraded", "starting", "draining"]) })
  .meta({ id: "Readiness" });
export type Readiness = z.output<typeof readySchema>;
