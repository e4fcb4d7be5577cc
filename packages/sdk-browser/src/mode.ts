/** Where flags are evaluated: in the page, or at the server. */
import type { Outcomes } from "@bannerol/client/outcomes";
import type { EvaluationContext, Ruleset } from "@bannerol/core";
import type { Answers, View } from "./view.ts";

/** What the server answered for the context in hand, and of which state. */
export interface Known {
  readonly answers: Answers;
  /** Absent of what the page came with. */
  readonly asOf?: Ruleset | undefined;
}

/** What a view is made of. */
export interface Seen {
  readonly ruleset: Ruleset;
  readonly context: EvaluationContext;
  readonly known: Known | undefined;
}

export interface Mode {
  readonly evaluation: "local" | "remote";
  /** Calls `done` once the ruleset can be read, mostly at once; the answer gives that up. */
  readonly prepare: (ruleset: Ruleset, done: () => void) => (() => void) | undefined;
  /** The flags that the server has to be asked for before the ruleset can be shown: `undefined` for none. */
  readonly asks: (ruleset: Ruleset, known: Known | undefined) => readonly string[] | "all" | undefined;
  /** `undefined` where there is nothing to show yet. */
  readonly view: (seen: Seen, before: View | undefined) => View | undefined;
  /** Whether releases watch how things go; never where rules are not here. */
  readonly watches: (view: View | undefined) => boolean;
  /** Loads what attributes outcomes, by the view in force. */
  readonly openOutcomes: (view: () => View | undefined) => Promise<Outcomes | undefined>;
  /** The flags whose results may differ; `undefined` where that may be any. */
  readonly mayDiffer: (before: View, after: View) => Iterable<string> | undefined;
}
