import type { Placement } from "../evaluate/place.ts";
import type { SmallRuleset } from "./ruleset.ts";

/** `placeIn` of the other evaluator, by this one. Never throws. */
export function smallPlaceIn(
  { flag, runOf, decides }: SmallRuleset,
  { flag: key, release }: { readonly flag: string; readonly release: string },
  context: unknown,
  now: number,
): Placement | undefined {
  const { program, isCyclic } = flag(key) ?? {};
  if (program?.enabled !== true || isCyclic) return undefined;
  const { prerequisites, targets, rules, fallthrough } = program;
  const own = rules.find(({ id }) => id === `release-${release}`)?.serve ?? fallthrough;
  try {
    const run = runOf(context, now);
    const isAskedFor = prerequisites.every((isMet) => isMet(run)) && targets?.(run) === undefined;
    const by = own.isSplit && isAskedFor ? own.keyOf(run) : undefined;
    if (by === undefined) return undefined;
    for (const { when, serve } of rules) {
      const isMet = decides(when) && when.holds(run);
      if (serve === own) return isMet ? { side: own.pick(run) ?? "", key: by } : undefined;
      if (isMet && serve.pick(run) !== null) return undefined;
    }
    return { side: own.pick(run) ?? "", key: by };
  } catch {
    // Reading the context failed: it has no outcome that could be told apart.
    return undefined;
  }
}
