/**
 * How changes reach views: the pure difference between what is shown before and after, for the entities that a change
 * can have touched.
 */
import type { ItemName } from "../state/documents.ts";
import type { ProjectState } from "../state/project-state.ts";
import type { EntityName, StoredEntity, ViewChange } from "../store/port.ts";
import {
  environmentsOf,
  type ProjectedEntity,
  project,
  type Sight,
  sameProjection,
  viewClasses,
} from "./projection/project.ts";
import { reachOf, refersToAnything } from "./projection/references.ts";
import { entityId, View, type ViewAlteration, versioned } from "./view.ts";

/** A view's alteration, with what the store keeps of it. */
export type AlteredView = ViewChange & ViewAlteration;

/** One text for each view of a project. */
export function viewId(sight: Sight): string {
  return `${sight.class}:${sight.environment}`;
}

/** What these items alter of each view; views that show the same as before are left out. */
export function viewChanges(
  before: ProjectState,
  after: ProjectState,
  items: readonly ItemName[],
): readonly AlteredView[] {
  return sightsOf(before, after)
    .map((sight) => compare({ before, after, sight }, touched({ before, after, sight }, items)))
    .filter((altered) => altered.put.length > 0 || altered.drop.length > 0);
}

/** All that every view shows, as an alteration: gives each entity a new version, and drops what is shown no more. */
export function renewedViews(state: ProjectState, views: ReadonlyMap<string, View>): readonly AlteredView[] {
  return sightsOf(state, state).map((sight) => {
    const put = presentIn(state, sight);
    const kept = new Set(put.map(entityId));
    const shown = [...(views.get(viewId(sight))?.entities.values() ?? [])].filter((entity) => entity.document);
    return { ...sight, put, drop: shown.filter((entity) => !kept.has(entityId(entity))).map(nameOf) };
  });
}

/** The views of a state as they were stored. An entity that nothing is left to show of is served as malformed. */
export function loadViews(
  state: ProjectState,
  epoch: string,
  stored: readonly StoredEntity[],
): ReadonlyMap<string, View> {
  const grouped = new Map<string, { sight: Sight; entities: StoredEntity[] }>();
  for (const sight of sightsOf(state, state)) grouped.set(viewId(sight), { sight, entities: [] });
  for (const entity of stored) {
    const group = grouped.get(viewId(entity)) ?? { sight: sightOf(entity), entities: [] };
    grouped.set(viewId(entity), group);
    group.entities.push(entity);
  }
  return new Map(
    [...grouped].map(([id, { sight, entities }]) => [
      id,
      View.of(
        { project: state.key, ...sight },
        epoch,
        entities.map((entity) =>
          entity.dropped
            ? { ...nameOf(entity), version: entity.version }
            : versioned({ ...nameOf(entity), document: project(state, sight, entity)?.document ?? {} }, entity.version),
        ),
      ),
    ]),
  );
}

/** All views after a change that alters them so, and those among them that it altered. */
export function alterViews(
  views: ReadonlyMap<string, View>,
  step: {
    readonly epoch: string;
    readonly after: ProjectState;
    readonly alterations: readonly AlteredView[];
  },
): { readonly all: ReadonlyMap<string, View>; readonly altered: readonly View[] } {
  const { epoch, after, alterations } = step;
  const all = new Map(views);
  for (const sight of sightsOf(after, after)) {
    if (!all.has(viewId(sight))) all.set(viewId(sight), View.of({ project: after.key, ...sight }, epoch, []));
  }
  const altered = alterations.flatMap((alteration) => {
    const view = all.get(viewId(alteration))?.alter(alteration, after.revision);
    if (view === undefined) return [];
    all.set(viewId(view), view);
    return [view];
  });
  return { all, altered };
}

interface Step {
  readonly before: ProjectState;
  readonly after: ProjectState;
  readonly sight: Sight;
}

function compare({ before, after, sight }: Step, names: Iterable<EntityName>): AlteredView {
  const put: ProjectedEntity[] = [];
  const drop: EntityName[] = [];
  for (const name of names) {
    const was = project(before, sight, name);
    const is = project(after, sight, name);
    if (sameProjection(was, is)) continue;
    if (is === undefined) drop.push(name);
    else put.push({ ...name, document: is.document });
  }
  return { ...sight, put, drop };
}

/** The entities that may show differently: those of the items, and in a client's view whatever reaches them. */
function touched(step: Step, items: readonly ItemName[]): Iterable<EntityName> {
  const { before, after, sight } = step;
  const own = items.filter((item) => item.environment === "" || item.environment === sight.environment);
  const named = new Map<string, EntityName>();
  const add = (name: EntityName): void => void named.set(entityId(name), name);
  if (own.some((item) => item.kind === "environment" && item.key === sight.environment)) {
    for (const state of [before, after]) presentIn(state, sight).map(nameOf).forEach(add);
  }
  for (const item of own) {
    if (item.kind === "flag" || item.kind === "targeting" || item.kind === "release")
      add({ kind: "flag", key: item.key });
    if (item.kind === "segment") add({ kind: "segment", key: item.key });
  }
  if (sight.class === "client" && named.size > 0) clientFlagsReaching(step, named).forEach(add);
  return named.values();
}

/**
 * The state after suffices: whoever reached something touched before reaches, by documents that are the same now, the
 * first thing touched on that way.
 */
function clientFlagsReaching({ after, sight }: Step, named: ReadonlyMap<string, EntityName>): EntityName[] {
  const isNamed = (kind: EntityName["kind"], keys: ReadonlySet<string>): boolean =>
    [...keys].some((key) => named.has(entityId({ kind, key })));
  const reaching: EntityName[] = [];
  for (const [key, { document }] of after.targetings.get(sight.environment) ?? []) {
    if (!refersToAnything(document) || after.flags.get(key)?.document.clientSide !== true) continue;
    const reach = reachOf(after, sight.environment, key);
    if (isNamed("flag", reach.flags) || isNamed("segment", reach.segments)) reaching.push({ kind: "flag", key });
  }
  return reaching;
}

/** All that a view of this state shows. */
export function presentIn(state: ProjectState, sight: Sight): ProjectedEntity[] {
  const damaged = [...state.unreadable.values()];
  const keys = (kind: EntityName["kind"], readable: Iterable<string>): EntityName[] =>
    [...new Set([...readable, ...damaged.filter((name) => name.kind === kind).map((name) => name.key)])].map((key) => ({
      kind,
      key,
    }));
  const names = [...keys("flag", state.flags.keys()), ...keys("segment", state.segments.keys())];
  return names.flatMap((name) => {
    const projection = project(state, sight, name);
    return projection === undefined ? [] : [{ ...name, document: projection.document }];
  });
}

/** Each class's view of each environment that is there before or after. */
export function sightsOf(before: ProjectState, after: ProjectState): readonly Sight[] {
  const environments = new Set([...environmentsOf(before), ...environmentsOf(after)]);
  return [...environments].flatMap((environment) =>
    viewClasses.map((viewClass): Sight => ({ environment, class: viewClass })),
  );
}

function sightOf({ environment, class: viewClass }: Sight): Sight {
  return { environment, class: viewClass };
}

function nameOf({ kind, key }: EntityName): EntityName {
  return { kind, key };
}
