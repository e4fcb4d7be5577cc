/**
 * Statements that a project makes about its flags, and whether they hold of a ruleset: tests of configuration, asked on
 * every write and in pipelines. Pure.
 */
import { BUCKETS } from "../bucket.ts";
import { readFlag } from "../check/flag.ts";
import type { CompiledRuleset } from "../compile/ruleset.ts";
import { hasRollout, rangesOf } from "../compile/serve.ts";
import type { Flag, Serve } from "../model.ts";
import { toDocument } from "../ruleset.ts";
import { type SampleContext, samplesFor } from "./samples.ts";

/** A variant of a flag. */
export interface VariantName {
  readonly flag: string;
  readonly variant: string;
}

/**
 * - `serves`: to this context the flag serves one of these variants.
 * - `never`: no context is served all of these at once. Tried on `contexts`; unless given, on contexts made up from what
 *   the flags' conditions test, which can find a counterexample and cannot prove that there is none.
 * - `minimumPercentage`: where the flag is enabled, its fallthrough serves other variants than the off variant to at least
 *   this share, 0 to 100.
 */
export type Invariant =
  | { readonly flag: string; readonly context: SampleContext; readonly serves: readonly string[] }
  | { readonly never: readonly VariantName[]; readonly contexts?: readonly SampleContext[] }
  | { readonly flag: string; readonly minimumPercentage: number };

/** What a flag serves, `null` where it serves none of its variants. */
export interface Answer {
  readonly flag: string;
  readonly variant: string | null;
}

/** A case in which a statement does not hold. */
export interface Breach {
  /** In one sentence, without the statement's name. */
  readonly message: string;
  /** Absent where it is the same for every context. */
  readonly context?: SampleContext;
  readonly answers: readonly Answer[];
}

/** The first case found in which the statement does not hold at `now` (epoch milliseconds); `undefined` where it holds. */
export function breachOf(invariant: Invariant, ruleset: CompiledRuleset, now: number): Breach | undefined {
  if ("serves" in invariant) return breachOfServes(invariant, ruleset, now);
  if ("never" in invariant) return breachOfNever(invariant, ruleset, now);
  return breachOfMinimum(invariant, ruleset);
}

type Serves = Extract<Invariant, { readonly serves: unknown }>;
type Never = Extract<Invariant, { readonly never: unknown }>;
type Minimum = Extract<Invariant, { readonly minimumPercentage: unknown }>;

function breachOfServes({ flag, context, serves }: Serves, ruleset: CompiledRuleset, now: number): Breach | undefined {
  const answer = answerOf(flag, ruleset, { context, now });
  if (answer.variant !== null && serves.includes(answer.variant)) return undefined;
  const message = `${flag} ${serving(answer)} instead of ${serves.join(" or ")}, with ${JSON.stringify(context)}`;
  return { message, context, answers: [answer] };
}

function breachOfNever({ never, contexts }: Never, ruleset: CompiledRuleset, now: number): Breach | undefined {
  const flags = never.map(({ flag }) => flag);
  for (const context of contexts ?? samplesFor(flags, [toDocument(ruleset.ruleset)])) {
    const answers = never.map(({ flag }) => answerOf(flag, ruleset, { context, now }));
    if (!never.every(({ variant }, at) => answers[at]?.variant === variant)) continue;
    const together = answers.map((answer) => `${answer.flag} ${serving(answer)}`).join(" and ");
    return { message: `${together}, with ${JSON.stringify(context)}`, context, answers };
  }
  return undefined;
}

/** Of a flag that is not there or cannot be read there is nothing to say: it opens nothing. */
function breachOfMinimum({ flag: key, minimumPercentage }: Minimum, { ruleset }: CompiledRuleset): Breach | undefined {
  const read = readFlag(ruleset.flags.get(key));
  if (!("value" in read) || !read.value.enabled) return undefined;
  const flag = read.value;
  const percentage = rolledOut(flag.fallthrough, flag) / (BUCKETS / 100);
  if (percentage >= minimumPercentage) return undefined;
  const message = `${key} is enabled and rolled out to ${percentage} %, and at least ${minimumPercentage} % are asked for`;
  return { message, answers: [] };
}

function answerOf(
  flag: string,
  ruleset: CompiledRuleset,
  { context, now }: { readonly context: SampleContext; readonly now: number },
): Answer {
  return { flag, variant: ruleset.flag(flag)?.decide(context, now).variant ?? null };
}

function serving({ variant }: Answer): string {
  return variant === null ? "serves none of its variants" : `serves ${variant}`;
}

/** Buckets that the fallthrough serves other variants than the off variant. */
function rolledOut(serve: Serve, flag: Flag): number {
  if (!hasRollout(serve)) return serve.variant === flag.off ? 0 : BUCKETS;
  const ranges = rangesOf(serve.rollout, flag);
  const lengths = ranges.map(([upTo, variant], at) =>
    variant === null || variant === flag.off ? 0 : upTo - (ranges[at - 1]?.[0] ?? 0),
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}
