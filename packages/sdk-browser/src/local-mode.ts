/** Evaluation in the page. Flags that reach what no client key may see are asked of the server. */
import {
  type CompiledRuleset,
  compileRuleset,
  type EvaluationContext,
  isRecord,
  type Ruleset,
  versionOf,
  watchesOf,
} from "@bannerol/core";
import type { Mode } from "./mode.ts";
import { browserClock } from "./net/browser-ports.ts";
import { type SeenFlag, seenAs, type View } from "./view.ts";

interface RulesetView extends View {
  readonly compiled: CompiledRuleset;
  readonly context: EvaluationContext;
}

/** A flag that the server has not answered for yet. */
const UNANSWERED = seenAs({
  value: null,
  reason: "ERROR",
  errorCode: "PROVIDER_NOT_READY",
  errorMessage: "The server evaluates this flag for each context, and has not answered for this one yet.",
});

export const localMode: Mode = {
  evaluation: "local",
  asks(ruleset, known) {
    const before = known?.asOf?.flags;
    const keys = remoteKeys(ruleset);
    const isNew = (key: string) =>
      !before?.has(key) || versionOf(before.get(key)) !== versionOf(ruleset.flags.get(key));
    return keys.some(isNew) ? keys : undefined;
  },
  view({ ruleset, context, known }, before): RulesetView {
    const compiled = compiledOf(ruleset, isOfRuleset(before) ? before.compiled : undefined);
    const { epoch, revision, flags } = ruleset;
    return {
      epoch,
      revision,
      compiled,
      context,
      keys: () => flags.keys(),
      flag(key): SeenFlag | undefined {
        if (isRemote(flags.get(key))) {
          const answer = known?.answers.flags.get(key);
          return answer === undefined ? UNANSWERED : seenAs(answer);
        }
        const flag = compiled.flag(key);
        return flag && { type: flag.type, usesClock: flag.usesClock, answer: (now) => flag.decide(context, now) };
      },
    };
  },
  watches: (view) => [...(compiledIn(view)?.ruleset.flags.values() ?? [])].some((flag) => watchesOf(flag).length > 0),
  async openOutcomes(view) {
    const { createOutcomes } = await import("./attribution.ts");
    return createOutcomes({ clock: browserClock, ruleset: () => compiledIn(view()) });
  },
  mayDiffer(before, after) {
    if (!isOfRuleset(before) || !isOfRuleset(after) || before.context !== after.context) return undefined;
    return new Set([...after.compiled.changed, ...remoteKeys(after.compiled.ruleset)]);
  },
};

/** For another context the state is the same. */
function compiledOf(ruleset: Ruleset, before: CompiledRuleset | undefined): CompiledRuleset {
  return before?.ruleset === ruleset ? before : compileRuleset(ruleset, before);
}

function remoteKeys({ flags }: Ruleset): readonly string[] {
  return [...flags].filter(([, document]) => isRemote(document)).map(([key]) => key);
}

function isRemote(document: unknown): boolean {
  return isRecord(document) && document.remote === true;
}

function compiledIn(view: View | undefined): CompiledRuleset | undefined {
  return isOfRuleset(view) ? view.compiled : undefined;
}

function isOfRuleset(view: View | undefined): view is RulesetView {
  return view !== undefined && "compiled" in view;
}
