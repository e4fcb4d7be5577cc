/**
 * What the application reports of how things went, attributed here: which release it concerns, which side and which cell.
 * What leaves the process is a table of sums.
 *
 *     track, measure ─► watching: which releases, which side ─► tally ─► take, with the next batch
 *
 * None of it throws, whatever it is given, but what the measured function throws.
 */
import type { EvaluationContext } from "@bannerol/core";
import { MAX_OUTCOME_VALUE } from "@bannerol/protocol";
import type { EventRow } from "../events/batches.ts";
import { isPromise, watchPromise } from "../promises.ts";
import { createTally, type Place, type Tally, type Went } from "./tally.ts";
import { createWatching, type Watching, type WatchingParts } from "./watching.ts";

/** How something went. */
export interface Outcome {
  /** `false`: it failed. Default: `true`. */
  readonly ok?: boolean;
  /** What it was worth: revenue, a score. */
  readonly value?: number;
  /** How long it took, milliseconds. */
  readonly ms?: number;
}

/** What outcomes are attributed by. */
export type OutcomeHost = WatchingParts;

export interface Outcomes {
  /** Tells how something went, for guards of releases. */
  track(metric: string, context: EvaluationContext | undefined, outcome?: Outcome): void;
  /**
   * Runs `fn` and tells how it went and how long it took. Gives what `fn` gives, throws what it throws: a value is
   * measured at once, a promise when it settles, a query that begins at its `then` once its caller has waited for it. A
   * rejection is a failure, unless it is an `AbortError`, which is no outcome.
   */
  measure<T>(metric: string, context: EvaluationContext | undefined, fn: () => T): T;
  /** For what else tells of outcomes. */
  readonly watching: Watching;
  readonly tally: Tally;
  /** What was told since the last call, for the batches. */
  readonly take: () => readonly EventRow[];
}

export function createOutcomes(host: OutcomeHost): Outcomes {
  const { clock } = host;
  const watching = createWatching(host);
  const tally = createTally();

  const end = (places: readonly Place[], went: Went): void => {
    for (const place of places) tally.ended(place, went);
  };

  const measureAt = <T>(places: readonly Place[], fn: () => T): T => {
    for (const place of places) tally.started(place);
    const startedAt = clock.monotonic();
    const ended = (ok: boolean): void => end(places, { ok, ms: clock.monotonic() - startedAt });
    const failed = (error: unknown): void => {
      if (!isAbort(error)) ended(false);
    };
    let result: T;
    try {
      result = fn();
    } catch (error) {
      failed(error);
      throw error;
    }
    if (!isPromise(result)) ended(true);
    else watchPromise(result, { kept: () => ended(true), broken: failed });
    return result;
  };

  return {
    track(metric, context, outcome) {
      const went = wentOf(outcome);
      if (went === undefined) return;
      const places = watching.places(metric, context);
      for (const place of places) tally.started(place);
      end(places, went);
    },
    measure(metric, context, fn) {
      const places = watching.places(metric, context);
      return places.length === 0 ? fn() : measureAt(places, fn);
    },
    watching,
    tally,
    take: () =>
      tally.take().map(({ row, outcomes }) => ({ kind: "outcomes", text: JSON.stringify(row), count: outcomes })),
  };
}

/** `undefined` where reading it throws: nobody knows how that went. */
function wentOf(outcome: Outcome | undefined): Went | undefined {
  try {
    const { ok, value, ms } = outcome ?? {};
    return { ok: ok !== false, value: amount(value, MAX_OUTCOME_VALUE), ms: amount(ms, Number.MAX_VALUE) };
  } catch {
    return undefined;
  }
}

function amount(given: number | undefined, most: number): number | undefined {
  return typeof given === "number" && Math.abs(given) <= most ? given : undefined;
}

/** Somebody changed his mind: nothing failed. */
function isAbort(error: unknown): boolean {
  try {
    return typeof error === "object" && error !== null && "name" in error && error.name === "AbortError";
  } catch {
    return false;
  }
}
