/** What an entry of its own, such as `parallel.ts`, reaches of a client. No part of what is promised to applications. */
import type { EventRow } from "@bannerol/client/events";
import type { Outcomes } from "@bannerol/client/outcomes";
import type { Ruleset } from "@bannerol/core";

export interface Inner {
  readonly ruleset: () => Ruleset | undefined;
  /** Undefined where nothing is watched. */
  readonly outcomes: () => Outcomes | undefined;
  /** What `take` gives is told to the server with the counts. */
  readonly tell: (take: () => readonly EventRow[]) => void;
}

/** By a name that is the same in every file: each entry is built alone. */
export const INNER = Symbol.for("bannerol:inner");

export interface HasInner {
  readonly [INNER]: Inner;
}
