import { type Attributes, attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { inOneLine, Problems } from "../check/inspection.ts";
import type { Condition, Segment } from "../model.ts";
import { type Branch, endAt, endFrom, link } from "./branch.ts";
import { compileCondition } from "./condition.ts";
import type { Holds, KeySet, Scope } from "./linked.ts";

export interface CompiledSegment {
  readonly segment: Segment;
  readonly included: KeySet;
  readonly excluded: KeySet;
  /** Why nothing may be decided by this segment, its lists included; `undefined` where all of it is understood. */
  readonly problem: string | undefined;
  readonly contains: Holds;
}

const NO_KEYS: KeySet = new Set<string>();

/** Where a segment's condition leads. */
const OUT = endAt(0);
const IN = endAt(1);

const compileWhen = (when: Condition, scope: Scope, problems: Problems): Branch =>
  link(compileCondition(when, scope, problems), IN, OUT);

const leadsIn = (condition: Branch, attributes: Attributes, now: number, run: number): boolean =>
  endFrom(condition, attributes, now, run) === IN.end;

/** Compiles a segment; those that it refers to have been compiled before. */
export function compileSegment(segment: Segment, scope: Scope): CompiledSegment {
  const { when, by = TARGETING_KEY } = segment;
  const problems = new Problems();
  const included = problems.under("included", () => compileKeys(segment.included, scope, problems));
  const excluded = problems.under("excluded", () => compileKeys(segment.excluded, scope, problems));
  const condition = when === null ? OUT : problems.under("when", () => compileWhen(when, scope, problems));
  const [problem] = problems.findings;
  const contains = behindLists({ by, included, excluded }, condition);
  return { segment, included, excluded, problem: problem && inOneLine(problem), contains };
}

function compileKeys(keys: Segment["included"], scope: Scope, problems: Problems): KeySet {
  if (!("list" in keys)) return keys.length === 0 ? NO_KEYS : new Set(keys);
  const list = scope.list(keys.list);
  if (list !== undefined) return list;
  problems.add(`The list ${JSON.stringify(keys.list)} of ${keys.count} keys is not there. Get it from the server.`);
  return NO_KEYS;
}

interface Lists extends Pick<CompiledSegment, "included" | "excluded"> {
  readonly by: string;
}

/** A key in `excluded` is out, else one in `included` is in, else the condition decides. */
function behindLists({ by, included, excluded }: Lists, condition: Branch): Holds {
  if (included.size + excluded.size === 0) return (attributes, now, run) => leadsIn(condition, attributes, now, run);
  const read = attributeReader(by);
  return (attributes, now, run) => {
    const key = keyIn(read(attributes));
    if (key !== undefined) {
      if (excluded.has(key)) return false;
      if (included.has(key)) return true;
    }
    return leadsIn(condition, attributes, now, run);
  };
}
