import { z } from "zod";

/** What an automaton says of a pattern: how the time it takes at worst grows with the text. */
export interface Verdict {
  /** The power of the text's length: 1 is linear, 2 quadratic. `unknown`: there was no verdict in time. */
  readonly growth: number | "exponential" | "unknown";
  /** The beginning of a text that takes that long. */
  readonly attack?: string;
}

/** A verdict as it comes out of the thread. */
export const verdictSchema: z.ZodType<Verdict> = z.strictObject({
  growth: z.union([z.number(), z.enum(["exponential", "unknown"])]),
  attack: z.string().exactOptional(),
});

export interface Question {
  readonly source: string;
  readonly flags: string;
  readonly timeoutMs: number;
}

/** Who is asked for verdicts. Never rejects: a judge that fails does not know. */
export type Judge = (question: Question) => Promise<Verdict>;
