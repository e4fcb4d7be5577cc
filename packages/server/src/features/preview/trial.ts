/** A flag as it is and as it would be, asked for the same contexts. */
import { setImmediate as eventLoop } from "node:timers/promises";
import type { CompiledRuleset, Outcome, SampleContext } from "@bannerol/core";
import type { Preview, Served } from "@bannerol/protocol/schemas";

const EXAMPLES = 5;

export interface Trial {
  readonly flag: string;
  readonly before: CompiledRuleset;
  readonly after: CompiledRuleset;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * How many contexts would be served another variant, from which to which, and a few of them. Others have their turn between
 * them.
 */
export async function tryOn(
  contexts: readonly SampleContext[],
  trial: Trial,
): Promise<Omit<Preview["contexts"], "source">> {
  const differing: { readonly context: SampleContext; readonly before: Served; readonly after: Served }[] = [];
  for (const context of contexts) {
    await eventLoop();
    const before = served(trial.before, context, trial);
    const after = served(trial.after, context, trial);
    if (before.variant !== after.variant) differing.push({ context, before, after });
  }
  return {
    count: contexts.length,
    changed: differing.length,
    moves: movesIn(differing),
    examples: differing.slice(0, EXAMPLES),
  };
}

function served(ruleset: CompiledRuleset, context: SampleContext, { flag, now }: Trial): Served {
  const outcome: Outcome | undefined = ruleset.flag(flag)?.decide(context, now);
  const { variant, reason = "ERROR", ruleId } = outcome ?? {};
  return {
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(ruleId === undefined ? {} : { ruleId }),
  };
}

type Move = Preview["contexts"]["moves"][number];

function movesIn(differing: readonly { readonly before: Served; readonly after: Served }[]): Move[] {
  const moves = new Map<string, Move>();
  for (const { before, after } of differing) {
    const [from, to] = [before.variant ?? null, after.variant ?? null];
    const name = JSON.stringify([from, to]);
    moves.set(name, { from, to, count: (moves.get(name)?.count ?? 0) + 1 });
  }
  return [...moves.values()].sort((a, b) => b.count - a.count);
}
