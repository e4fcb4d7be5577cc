import { attributeReader, attributesOf, keyIn, readTargetingKey, TARGETING_KEY } from "../attributes.ts";
import { type Branch, endFrom } from "../compile/branch.ts";
import { nextRun } from "../compile/linked.ts";
import type { DecisionParts, Program } from "../compile/program.ts";
import { type CompiledRuleset, scopeOf } from "../compile/ruleset.ts";
import { hasRollout } from "../compile/serve.ts";
import type { Flag } from "../model.ts";

/** What a release's rollout did with a context. */
export interface Placement {
  /** The variant's key; `""` where the context was left out. */
  readonly side: string;
  /** The value that the rollout went by. */
  readonly key: string;
}

/**
 * Where the rollout that `release` owns puts a context: the one of the rule `release-<release>`, or, where the flag has no
 * such rule, the fallthrough's. `undefined` where the context never comes to it, since something before decides, or has no
 * value to go by. Never throws.
 */
export function placeIn(
  ruleset: CompiledRuleset,
  { flag: key, release }: { readonly flag: string; readonly release: string },
  context: unknown,
  now: number,
): Placement | undefined {
  const program = scopeOf(ruleset)?.flag(key)?.program;
  if (program?.flag === undefined || program.parts === undefined) return undefined;
  const { flag, parts } = program;
  try {
    return place({ flag, parts, program, release, now }, context);
  } catch {
    // Reading the context failed: it has no outcome that could be told apart.
    return undefined;
  }
}

interface Walk {
  readonly flag: Flag;
  readonly parts: DecisionParts;
  readonly program: Program;
  readonly release: string;
  readonly now: number;
}

function place({ flag, parts, program, release, now }: Walk, context: unknown): Placement | undefined {
  const rule = flag.rules.findIndex(({ id }) => id === `release-${release}`);
  const at = rule === -1 ? flag.rules.length : rule;
  const serve = flag.rules[at]?.serve ?? flag.fallthrough;
  if (!hasRollout(serve)) return undefined;
  const attributes = attributesOf(context);
  const run = nextRun();
  if (!parts.prerequisites.every((isMet) => isMet(attributes, now, run))) return undefined;
  const target = keyIn(readTargetingKey(attributes));
  if (target !== undefined && parts.targets?.has(target) === true) return undefined;
  const key = keyIn(attributeReader(serve.rollout.bucketBy ?? TARGETING_KEY)(attributes));
  if (key === undefined || key === "") return undefined;
  let start: Branch | undefined = parts.start;
  while (start !== undefined) {
    const position = endFrom(start, attributes, now, run);
    if (position > at) return undefined;
    const served = program.serve(position, flag, attributes);
    if (position === at) return { side: served?.variant ?? "", key };
    if (served !== undefined) return undefined;
    start = parts.after?.[position];
  }
  return undefined;
}
