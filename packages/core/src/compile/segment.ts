import { attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { Inspection, inOneLine } from "../check/inspection.ts";
import type { Segment } from "../model.ts";
import { compileCondition } from "./condition.ts";
import type { Holds, Scope } from "./linked.ts";

export interface CompiledSegment {
  readonly segment: Segment;
  /** Why nothing may be decided by this segment, its lists included; `undefined` where all of it is understood. */
  readonly problem: string | undefined;
  readonly contains: Holds;
}

/** Compiles a segment; those that it refers to have been compiled before. */
export function compileSegment(segment: Segment, scope: Scope): CompiledSegment {
  const { when } = segment;
  const problems = new Inspection("reader");
  const holds = when === null ? () => false : problems.under("when", () => compileCondition(when, scope, problems));
  const [problem] = problems.findings;
  return { segment, problem: problem && inOneLine(problem), contains: behindLists(segment, holds) };
}

/** A key in `excluded` is out, else one in `included` is in, else the condition decides. */
function behindLists({ by = TARGETING_KEY, ...lists }: Segment, holds: Holds): Holds {
  if (lists.included.length + lists.excluded.length === 0) return holds;
  const included = new Set(lists.included);
  const excluded = new Set(lists.excluded);
  const read = attributeReader(by);
  return (attributes, now, run) => {
    const key = keyIn(read(attributes));
    if (key !== undefined) {
      if (excluded.has(key)) return false;
      if (included.has(key)) return true;
    }
    return holds(attributes, now, run);
  };
}
