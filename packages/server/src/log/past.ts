/**
 * The ruleset of a state of the past, as a server key would have got it. An entity's version is the newest revision that
 * wrote any of its documents: which revision last altered its view is not kept for the past, and no evaluation asks.
 */
import type { RulesetDocument } from "@bannerol/core";
import { type ItemName, itemId } from "../state/documents.ts";
import { type ProjectState, releaseOf, targetingOf } from "../state/project-state.ts";
import type { EntityName } from "../store/port.ts";
import { View, versioned } from "./view.ts";
import { presentIn, sightsOf, viewId } from "./views.ts";

/** Pure. The ruleset's revision is the state's. */
export function pastRuleset(state: ProjectState, environment: string, epoch: string): RulesetDocument {
  const sight = { environment, class: "server" } as const;
  const entities = presentIn(state, sight).map((entity) => versioned(entity, versionOf(state, environment, entity)));
  const view = View.of({ project: state.key, ...sight }, epoch, entities);
  return { ...view.ruleset(), revision: state.revision };
}

/**
 * Every view of a state, for a database that has lost the versions of its views. None is newer than the lost one was, so
 * nobody who has that is taken back.
 */
export function derivedViews(state: ProjectState, epoch: string): ReadonlyMap<string, View> {
  return new Map(
    sightsOf(state, state).map((sight) => {
      const { environment } = sight;
      const entities = presentIn(state, sight).map((entity) =>
        versioned(entity, versionOf(state, environment, entity)),
      );
      return [viewId(sight), View.of({ project: state.key, ...sight }, epoch, entities)];
    }),
  );
}

function versionOf(state: ProjectState, environment: string, { kind, key }: EntityName): number {
  const damaged = (name: ItemName): number => state.unreadable.get(itemId(name))?.revision ?? 0;
  const own = { kind, key, environment: "" };
  if (kind === "segment") return state.segments.get(key)?.revision ?? damaged(own);
  const definition = state.flags.get(key)?.revision ?? damaged(own);
  const targeting = targetingOf(state, key, environment)?.revision ?? damaged({ kind: "targeting", key, environment });
  return Math.max(definition, targeting, releaseOf(state, key, environment)?.revision ?? 0);
}
