/**
 * What the page is shown: of which state, for whom.
 *
 *     take(ruleset) ─┬─ all of it can be evaluated here ────────────────► view ─► table
 *     setContext ────┴─ the server is asked for the rest ─ its answers ───┘
 *
 * A state is shown whole: what changed together is seen together, whoever evaluates it.
 */
import type { EvaluationContext, Ruleset } from "@bannerol/core";
import type { Ask } from "./answers.ts";
import { answerIn, type Count, settleTable, type Table, tableOf } from "./flags.ts";
import type { Known, Mode } from "./mode.ts";
import { type View, viewOfAnswers } from "./view.ts";

export interface ShowingOptions {
  readonly mode: Mode;
  readonly ask: Ask;
  readonly now: () => number;
  readonly count: Count;
  /** Another state, or another context, is shown: `view`, the last one where there is none. `keys`: whose results differ. */
  readonly shown: (keys: readonly string[], view: View | undefined) => void;
  readonly failed: (reason: string) => void;
}

export interface Showing {
  readonly table: () => Table;
  readonly context: () => EvaluationContext;
  readonly known: () => Known | undefined;
  /** Shows this state, as soon as all of it is known. */
  readonly take: (ruleset: Ruleset, known?: Known) => void;
  /**
   * Resolves once all is shown for this context; at once where the page evaluates all by itself, and where nothing more is
   * to come.
   */
  readonly setContext: (context: EvaluationContext) => Promise<void>;
  readonly close: () => void;
}

export function createShowing(options: ShowingOptions, first: EvaluationContext, bootstrap?: Known): Showing {
  const { mode, ask, now, count } = options;
  let context = copyOf(first);
  let latest: Ruleset | undefined;
  let shownRuleset: Ruleset | undefined;
  let known = bootstrap;
  let table = tableOf(bootstrap && viewOfAnswers(bootstrap.answers));
  let cancel: (() => void) | undefined;
  let cancelPreparing: (() => void) | undefined;
  let waiting: (() => void)[] = [];
  let isClosed = false;

  const show = (ruleset = latest): void => {
    const before = table;
    const view = ruleset && mode.view({ ruleset, context, known }, before.view);
    shownRuleset = ruleset;
    table = tableOf(view);
    settleTable(before, count);
    options.shown(differences(before, table), table.view ?? before.view);
  };

  const stop = (): void => {
    cancel?.();
    cancel = undefined;
  };

  const proceed = (): void => {
    if (latest === undefined || isClosed) return;
    const flags = mode.asks(latest, known);
    if (flags === undefined) {
      stop();
      finish();
      return;
    }
    // If each change began the question anew, changes that come faster than answers would keep all of them from the page.
    if (cancel !== undefined) return;
    const asOf = latest;
    const { epoch, revision } = asOf;
    const atLeast = Math.max(revision, known?.asOf?.epoch === epoch ? known.answers.revision : 0);
    cancel = ask(
      { context, flags, epoch, atLeast },
      {
        answered(answers) {
          cancel = undefined;
          // Revisions of another epoch say nothing of this state: it is asked for again.
          known = { answers, asOf: answers.epoch === epoch ? asOf : undefined };
          if (asOf === latest) finish();
          else {
            show(asOf);
            proceed();
          }
        },
        failed(reason) {
          // What the page can evaluate need not wait for the rest.
          if (shownRuleset !== latest) show();
          // Nor is anything older shown after it.
          if (asOf !== latest) {
            stop();
            proceed();
          }
          options.failed(reason);
        },
      },
    );
  };

  const finish = (): void => {
    // Who listens may set another context, and waits for that one.
    const done = waiting;
    waiting = [];
    show();
    for (const resolve of done) resolve();
  };

  const differences = (before: Table, after: Table): readonly string[] => {
    const keys = after.view?.keys() ?? [];
    if (before.view === undefined) return [...keys];
    const asked = [...before.entries.keys(), ...(before.all ? [...before.view.keys(), ...keys] : [])];
    const candidates = (after.view && mode.mayDiffer(before.view, after.view)) ?? asked;
    const at = now();
    return [...new Set(candidates)].filter((key) => !isSame(answerIn(before, key, at), answerIn(after, key, at)));
  };

  return {
    table: () => table,
    context: () => context,
    known: () => known,
    take(ruleset, kept) {
      cancelPreparing?.();
      if (ruleset === shownRuleset && mode.asks(ruleset, known) === undefined) return;
      // Now, not once it can be read: by then another context may be in hand.
      known = kept ?? known;
      cancelPreparing = mode.prepare(ruleset, () => {
        latest = ruleset;
        proceed();
      });
    },
    setContext(next) {
      context = copyOf(next);
      known = undefined;
      const all = new Promise<void>((resolve) => waiting.push(resolve));
      // What was answered for somebody else is shown to nobody.
      if (latest === undefined || mode.asks(latest, known) !== undefined) show();
      stop();
      if (isClosed) finish();
      else proceed();
      return all;
    },
    close() {
      isClosed = true;
      stop();
      for (const resolve of waiting) resolve();
      cancelPreparing?.();
      settleTable(table, count);
    },
  };
}

type Answered = ReturnType<NonNullable<ReturnType<View["flag"]>>["answer"]> | undefined;

function isSame(a: Answered, b: Answered): boolean {
  return a?.variant === b?.variant && a?.errorCode === b?.errorCode && isSameValue(a?.value, b?.value);
}

/** One whose fields come in another order counts as another one: who hears so in vain renders the same again. */
const isSameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What the page alters later does not alter for whom flags are evaluated, but for what lies deeper. */
function copyOf(context: EvaluationContext): EvaluationContext {
  try {
    return { ...context };
  } catch {
    return context;
  }
}
