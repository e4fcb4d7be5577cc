/** A client that tells how things went too: `track`, `measure` and `parallelRun` beside the calls that evaluate. */
import { type EvaluationContext, placeIn } from "@bannerol/core";
import type { BoundEvaluation } from "./evaluation/evaluation.ts";
import type { FlagKeyOf } from "./evaluation/flag-keys.ts";
import type { FlagClient, Reporting } from "./fed-client.ts";
import { createOutcomes, type Outcome, type Outcomes } from "./outcomes/outcomes.ts";
import { createParallelRun, type ParallelOptions, type ParallelRun } from "./parallel/parallel-run.ts";
import { createRuns } from "./parallel/runs.ts";
import type { Clock, Random, Timers } from "./ports.ts";

/** What applications tell of, with the context given at each call. */
export interface OutcomeCalls {
  readonly track: Outcomes["track"];
  readonly measure: Outcomes["measure"];
  /**
   * Runs `control` always and gives its result, the very one; where the flag is on for the context, runs `candidate`
   * too, compares, and tells of match, mismatch, errors and both durations.
   */
  readonly parallelRun: ParallelRun;
}

/** The same calls without the context. */
export interface BoundOutcomeCalls {
  track(metric: string, outcome?: Outcome): void;
  measure<T>(metric: string, fn: () => T): T;
  parallelRun<T>(key: FlagKeyOf<"boolean">, options: ParallelOptions<T>): T;
}

export interface OutcomeClient extends Omit<FlagClient, "forContext">, OutcomeCalls {
  /** A client bound to a context: the same calls without it. */
  forContext(context: EvaluationContext): BoundEvaluation & BoundOutcomeCalls;
}

interface ReporterPorts {
  readonly clock: Clock;
  readonly timers: Pick<Timers, "set">;
  readonly random: Random;
}

/** Made before the client, which sends what it tells of. */
export interface Reporter {
  /** For the client's options. */
  readonly reporting: Reporting;
  /** The client with these calls. */
  readonly extend: (client: FlagClient) => OutcomeClient;
}

export function createReporter({ clock, timers, random }: ReporterPorts): Reporter {
  let ruleset: Parameters<Reporting["attach"]>[0] = () => undefined;
  const outcomes = createOutcomes({
    clock,
    ruleset: () => ruleset()?.ruleset,
    placeIn(release, context, now) {
      const compiled = ruleset();
      return compiled && placeIn(compiled, release, context, now);
    },
  });
  const runs = createRuns();
  return {
    reporting: {
      attach(source) {
        ruleset = source;
      },
      take: () => [...outcomes.take(), ...runs.take()],
      watched: outcomes.watching.any,
      dropped: () => outcomes.tally.dropped() + runs.dropped(),
    },
    extend(client) {
      const calls: OutcomeCalls = {
        track: outcomes.track,
        measure: outcomes.measure,
        parallelRun: createParallelRun({
          clock,
          timers,
          random,
          outcomes: () => outcomes,
          runs,
          isEnabled: (key, context) => client.isEnabled(key, context),
          revisionOf: (key) => ruleset()?.flag(key)?.version ?? 0,
        }),
      };
      return {
        ...client,
        ...calls,
        forContext: (context) => ({ ...client.forContext(context), ...boundCalls(calls, context) }),
      };
    },
  };
}

function boundCalls({ track, measure, parallelRun }: OutcomeCalls, context: EvaluationContext): BoundOutcomeCalls {
  return {
    track: (metric, outcome) => track(metric, context, outcome),
    measure: (metric, fn) => measure(metric, context, fn),
    parallelRun: (key, options) => parallelRun(key, context, options),
  };
}
