/** Evaluation in the page. Flags that reach what no client key may see are asked of the server. */
import { type EvaluationContext, isList, isRecord, type Ruleset, versionOf } from "@bannerol/core";
import { lacksOperators, programOf, type SmallRuleset, smallRuleset } from "@bannerol/core/small";
import { bring } from "./late.ts";
import type { Mode } from "./mode.ts";
import { type SeenFlag, seenAs, type View } from "./view.ts";

interface RulesetView extends View {
  readonly small: SmallRuleset;
  readonly context: EvaluationContext;
}

/** A flag that the server has not answered for yet. */
const UNANSWERED = seenAs({
  value: null,
  reason: "ERROR",
  errorCode: "PROVIDER_NOT_READY",
  errorMessage: "The server evaluates this flag, and has not answered yet.",
});

export const localMode: Mode = {
  evaluation: "local",
  prepare({ flags, segments }, done) {
    const fresh = [...flags.values(), ...segments.values()].filter((document) => !complete.has(Object(document)));
    if (lacksOperators(fresh)) {
      return bring(
        () => import("./operators.ts"),
        ({ learnOperators }) => {
          learnOperators();
          done();
        },
      );
    }
    for (const document of fresh) complete.add(Object(document));
    done();
    return undefined;
  },
  asks(ruleset, known) {
    const before = known?.asOf?.epoch === ruleset.epoch ? known.asOf.flags : undefined;
    const keys = remoteKeysOf(ruleset);
    const isNew = (key: string) =>
      !before?.has(key) || versionOf(before.get(key)) !== versionOf(ruleset.flags.get(key));
    return keys.some(isNew) ? keys : undefined;
  },
  view({ ruleset, context, known }, before): RulesetView {
    const same = smallIn(before);
    const small = same?.ruleset === ruleset ? same : smallRuleset(ruleset);
    const { epoch, revision, flags } = ruleset;
    return {
      epoch,
      revision,
      small,
      context,
      keys: () => flags.keys(),
      flag(key): SeenFlag | undefined {
        if (isRemote(ruleset, key)) {
          const answer = known?.answers.flags.get(key);
          const seen = answer === undefined ? UNANSWERED : seenAs(answer);
          // A value of a json flag may look like one of another type.
          return { ...seen, type: seen.type && Object(flags.get(key)).type };
        }
        const flag = small.flag(key);
        return (
          flag && { type: flag.program?.type, usesClock: flag.usesClock, answer: (now) => flag.answer(context, now) }
        );
      },
    };
  },
  watches: (view) => [...(smallIn(view)?.ruleset.flags.values() ?? [])].some(isWatching),
  async openOutcomes(view) {
    const { openOutcomes } = await import("./attribution.ts");
    return openOutcomes(() => smallIn(view()));
  },
  mayDiffer(before, after) {
    if (!isOfRuleset(before) || !isOfRuleset(after) || before.context !== after.context) return undefined;
    const [old, now] = [before.small.ruleset, after.small.ruleset];
    // A document that stayed the very object, and refers to no other, serves what it served.
    return [...new Set([...old.flags.keys(), ...now.flags.keys()])].filter((key) => {
      const document = now.flags.get(key);
      const { flags = [], segments = [] } = programOf(document) ?? {};
      return document !== old.flags.get(key) || flags.length + segments.length > 0 || isRemote(now, key);
    });
  },
};

/** Documents that lack nothing. They stay the same objects from one state to the next. */
const complete = new WeakSet<object>();

/** Looked for once: a page may change its context more often than its state changes. */
function remoteKeysOf(ruleset: Ruleset): readonly string[] {
  const keys = remoteKeys.get(ruleset) ?? [...ruleset.flags.keys()].filter((key) => isRemote(ruleset, key));
  remoteKeys.set(ruleset, keys);
  return keys;
}

const remoteKeys = new WeakMap<Ruleset, readonly string[]>();

/** Leniently: what attributes outcomes sees to what it can read. */
const isWatching = (flag: unknown): boolean => isRecord(flag) && isList(flag.watch) && flag.watch.length > 0;

function isRemote({ flags }: Ruleset, key: string): boolean {
  const document = flags.get(key);
  return isRecord(document) && document.remote === true;
}

function smallIn(view: View | undefined): SmallRuleset | undefined {
  return isOfRuleset(view) ? view.small : undefined;
}

function isOfRuleset(view: View | undefined): view is RulesetView {
  return view !== undefined && "small" in view;
}
