import { attributesOf } from "../attributes.ts";
import { nextRun } from "../compile/linked.ts";
import { type CompiledRuleset, scopeOf } from "../compile/ruleset.ts";
import { noFlag, noRuleset, type Refusal } from "./evaluate.ts";
import type { Explanation, FlagExplanation, SegmentExplanation } from "./explanation.ts";
import type { Trace } from "./trace.ts";

export interface ExplainOptions {
  /** Whether an attribute's value stays out of the explanation; `false` for all unless given. */
  readonly redact?: (attribute: string) => boolean;
}

/**
 * The decision that `evaluate` takes for the same ruleset, key, context and clock, with every step on the way to it,
 * as plain JSON data. Never throws, unless `redact` does. No default is served and no type asked for, so that `value`
 * and `variant` are absent where an error code is present.
 */
export function explain(
  ruleset: CompiledRuleset | undefined,
  key: string,
  context: unknown,
  now: number,
  { redact = () => false }: ExplainOptions = {},
): Explanation {
  if (ruleset === undefined) return refuse(key, noRuleset(key), 0);
  const { revision } = ruleset.ruleset;
  const scope = scopeOf(ruleset);
  const flag = scope?.flag(key);
  if (scope === undefined || flag === undefined) return refuse(key, noFlag(key), revision);
  const trace: Trace = {
    attributes: attributesOf(context),
    now,
    run: nextRun(),
    scope,
    redact,
    flags: new Set(),
    segments: new Set(),
  };
  const own = flag.explain(trace);
  return { ...own, revision, ...explainReferences(trace) };
}

/** Each flag and segment once, however often it is referred to: nested, explanations could double at every level. */
function explainReferences(trace: Trace): Pick<Explanation, "flags" | "segments"> {
  const flags = new Map<string, FlagExplanation>();
  const segments = new Map<string, SegmentExplanation>();
  let before = -1;
  while (before < flags.size + segments.size) {
    before = flags.size + segments.size;
    for (const flag of trace.flags) if (!flags.has(flag.key)) flags.set(flag.key, flag.explain(trace));
    for (const segment of trace.segments) {
      const explained = segments.has(segment.key) ? undefined : segment.explain(trace);
      if (explained !== undefined) segments.set(segment.key, explained);
    }
  }
  return { flags: [...flags.values()], segments: [...segments.values()] };
}

function refuse(flag: string, refusal: Refusal, revision: number): Explanation {
  const step = { step: "error", message: refusal.errorMessage, decided: true } as const;
  return { flag, reason: "ERROR", ...refusal, revision, steps: [step], flags: [], segments: [] };
}
