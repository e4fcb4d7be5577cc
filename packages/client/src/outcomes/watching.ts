/** Which flags watch a metric, and where their releases put a context. */
import { type Placement, type Ruleset, type Watch, watchesOf } from "@bannerol/core";
import { cellOf } from "@bannerol/protocol";
import type { Clock } from "../ports.ts";
import type { Place } from "./tally.ts";

interface Watcher {
  readonly flag: string;
  readonly watch: Watch;
}

export interface Watching {
  /** Whether any flag of the ruleset in force watches anything. */
  readonly any: () => boolean;
  /** The sides that an outcome of `metric` counts for. Never throws. */
  readonly places: (metric: string, context: unknown) => readonly Place[];
  /** The flag's own watch of a metric, where it has one. */
  readonly watchOf: (flag: string, metric: string) => Watch | undefined;
  /** Where the release puts the context, whatever is told of it. */
  readonly cellFor: (flag: string, watch: Watch, context: unknown) => number | undefined;
}

/** Where the rollout that a release owns puts a context, by the ruleset in force. Never throws. */
export type PlaceIn = (
  release: { readonly flag: string; readonly release: string },
  context: unknown,
  now: number,
) => Placement | undefined;

export interface WatchingParts {
  readonly ruleset: () => Ruleset | undefined;
  readonly placeIn: PlaceIn;
  readonly clock: Clock;
}

const NOWHERE: readonly Place[] = [];
const NOBODY: ReadonlyMap<string, readonly Watcher[]> = new Map();

export function createWatching({ ruleset, placeIn, clock }: WatchingParts): Watching {
  let known: Ruleset | undefined;
  let watchers = NOBODY;
  /** By release and step: when it was first seen, monotonic. */
  const seen = new Map<string, number>();

  const current = (): ReadonlyMap<string, readonly Watcher[]> => {
    const now = ruleset();
    if (now === known) return watchers;
    known = now;
    watchers = now === undefined ? NOBODY : watchersIn(now);
    noteSteps();
    return watchers;
  };

  const noteSteps = (): void => {
    const steps = new Set([...watchers.values()].flat().map(({ watch }) => stepName(watch)));
    for (const name of seen.keys()) if (!steps.has(name)) seen.delete(name);
    for (const name of steps) if (!seen.has(name)) seen.set(name, clock.monotonic());
  };

  const isWarm = (watch: Watch): boolean =>
    clock.monotonic() - (seen.get(stepName(watch)) ?? 0) >= (watch.afterMs ?? 0);

  const placed = (flag: string, watch: Watch, context: unknown) =>
    isWarm(watch) ? placeIn({ flag, release: watch.release }, context, clock.now()) : undefined;

  return {
    any: () => current().size > 0,
    places(metric, context) {
      const found = current().get(metric);
      if (found === undefined) return NOWHERE;
      return found.flatMap(({ flag, watch }) => {
        const placement = placed(flag, watch, context);
        if (placement === undefined) return [];
        return [{ flag, watch, side: placement.side, cell: cellOf(watch.release, placement.key) }];
      });
    },
    watchOf: (flag, metric) =>
      current()
        .get(metric)
        ?.find((one) => one.flag === flag)?.watch,
    cellFor(flag, watch, context) {
      const placement = placed(flag, watch, context);
      return placement && cellOf(watch.release, placement.key);
    },
  };
}

function watchersIn({ flags }: Ruleset): ReadonlyMap<string, readonly Watcher[]> {
  const found = new Map<string, Watcher[]>();
  for (const [flag, document] of flags.mentioning?.("watches") ?? flags) {
    for (const watch of watchesOf(document)) {
      const ofMetric = found.get(watch.metric);
      if (ofMetric === undefined) found.set(watch.metric, [{ flag, watch }]);
      else ofMetric.push({ flag, watch });
    }
  }
  return found;
}

function stepName({ release, step }: Watch): string {
  return `${release}:${step}`;
}
