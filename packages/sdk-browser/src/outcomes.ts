/**
 * How things went in the page, for guards of releases. What attributes outcomes is loaded once a flag watches any; until
 * then nobody has use for them.
 */
import type { EventRow } from "@bannerol/client/events";
import type { Outcome, Outcomes } from "@bannerol/client/outcomes";
import type { EvaluationContext } from "@bannerol/core";
import type { Mode } from "./mode.ts";
import type { View } from "./view.ts";

export interface OutcomeCalls {
  /**
   * Tells how something went, for guards of releases: `ok` (default true), `value`, `ms`. Attributed to the releases that
   * watch the metric, for the context in hand; a page with remote evaluation knows of none.
   */
  track(metric: string, outcome?: Outcome): void;
  /** Runs `fn`, and tells how it went and how long it took. Gives what `fn` gives, throws what it throws. */
  measure<T>(metric: string, fn: () => T): T;
}

interface OutcomeParts {
  readonly mode: Mode;
  readonly view: () => View | undefined;
  readonly context: () => EvaluationContext;
}

interface Told extends OutcomeCalls {
  /** Another state is in force: it may watch something. The answer says whether it does. */
  readonly look: () => boolean;
  readonly take: () => readonly EventRow[];
  /** Undefined until it is loaded. */
  readonly loaded: () => Outcomes | undefined;
}

export function createOutcomeCalls({ mode, view, context }: OutcomeParts): Told {
  let isOpening = false;
  let outcomes: Outcomes | undefined;
  const load = async (): Promise<void> => {
    try {
      outcomes = await mode.openOutcomes(view);
    } catch {
      // No network, or a place where nothing can be loaded late: the next state will see to it.
      isOpening = false;
    }
  };
  return {
    track: (metric, outcome) => outcomes?.track(metric, context(), outcome),
    measure: (metric, fn) => (outcomes === undefined ? fn() : outcomes.measure(metric, context(), fn)),
    look() {
      const watches = mode.watches(view());
      if (watches && !isOpening) {
        isOpening = true;
        void load();
      }
      return watches;
    },
    take: () => outcomes?.take() ?? [],
    loaded: () => outcomes,
  };
}
