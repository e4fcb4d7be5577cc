/** What is wrong with a change set: everything at once, each with its place. */
import type { Finding } from "@bannerol/core";
import type { ProblemCode } from "@bannerol/protocol";
import { type Refused, refused, refusedFor } from "../../decision.ts";

/** As many as a person reads; a set of thousands may be wrong in each. */
const MAX_TOLD = 100;

export interface SetProblem extends Finding {
  /** Where it is not the document that is wrong but the time or the way: the refusal is told by this code then. */
  readonly code?: ProblemCode;
}

/** The place of an item, or of something in it: `items[3].after.rules[0]`. */
export function placeOf(index: number, part = ""): string {
  return part === "" ? `items[${index}]` : `items[${index}].${part}`;
}

/** The place of something in the document that an item gives. */
export function placeAfter(index: number, path: string): string {
  if (path === "") return placeOf(index, "after");
  return placeOf(index, path.startsWith("[") ? `after${path}` : `after.${path}`);
}

/** The refusal of the whole set; `undefined` where nothing is wrong. */
export function refusedSet(problems: readonly SetProblem[]): Refused | undefined {
  const told = problems.slice(0, MAX_TOLD);
  const [special] = told.filter(({ code }) => code !== undefined);
  if (special?.code === undefined) return refusedFor("The change set", told);
  const errors = told.map(({ path, message }) => ({ path, message }));
  return refused(special.code, `At ${special.path}: ${special.message} Nothing was changed.`, errors);
}
