/**
 * What a class of key sees of a state: the documents of a ruleset, without their versions, which the log gives them.
 *
 * A document that cannot be read is projected empty: it travels as `{version}` alone, and a reader answers with its
 * caller's default for that flag. All else is served.
 */
import { isDeepStrictEqual } from "node:util";
import { itemId } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import type { EntityName, ViewClass } from "../../store/port.ts";
import { clientFlag } from "./client-class.ts";
import type { Projection } from "./projection.ts";
import { serverFlag, serverSegment } from "./server-class.ts";

/**
 * The form in which this program projects. A stored one that differs makes the server give all entities new versions
 * when it starts, so raise it with every change that makes a projection differ.
 */
export const VIEW_FORMAT = 2;

export const viewClasses = ["server", "client"] as const satisfies readonly ViewClass[];

/** A projection under its name. */
export interface ProjectedEntity extends EntityName {
  readonly document: object;
}

/** Which environment, seen by which class of key. */
export interface Sight {
  readonly environment: string;
  readonly class: ViewClass;
}

/** What `sight` shows of one entity of a state; `undefined`: nothing. Pure. */
export function project(state: ProjectState, sight: Sight, name: EntityName): Projection | undefined {
  if (!hasEnvironment(state, sight.environment)) return undefined;
  if (sight.class === "client")
    return name.kind === "flag" ? clientFlag(state, sight.environment, name.key) : undefined;
  return name.kind === "flag" ? serverFlag(state, sight.environment, name.key) : serverSegment(state, name.key);
}

export function sameProjection(a: Projection | undefined, b: Projection | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

/** Environments by key, those whose own document cannot be read too: their flags can. */
export function environmentsOf(state: ProjectState): ReadonlySet<string> {
  const damaged = [...state.unreadable.values()].filter((name) => name.kind === "environment");
  return new Set([...state.environments.keys(), ...damaged.map((name) => name.key)]);
}

export function hasEnvironment(state: ProjectState, environment: string): boolean {
  const name = { kind: "environment", key: environment, environment: "" } as const;
  return state.environments.has(environment) || state.unreadable.has(itemId(name));
}
