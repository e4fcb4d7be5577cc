/** Looking things up for those who hold a scope: a name that is not there is a 404 that says so. */
import { type ProjectScope, Scope } from "../auth/scope.ts";
import { quoted, RefusedError, refuse } from "../http/refusal.ts";
import type { FlagDocument, InvariantDocument, ItemName, SegmentDocument } from "../state/documents.ts";
import { type ProjectState, type Revised, releaseOf, targetingOf } from "../state/project-state.ts";
import { type Refused, refused } from "./decision.ts";
import type { Services } from "./services.ts";

/** The project's state. A scope is only made for a project that is there. */
export function stateOf({ ledger }: Services, scope: ProjectScope): ProjectState {
  const state = ledger.state(scope.place.project);
  if (state === undefined) throw new Error(`The project ${scope.place.project} has vanished.`);
  return state;
}

/** Another environment of the project, which the caller may read. Whoever may not is told no more than that. */
export function requireReadable(services: Services, scope: ProjectScope, environment: string): void {
  const { project } = scope.place;
  const reading = scope.with("read");
  const there = reading instanceof Scope ? reading.at({ project, environment }) : reading;
  if (!(there instanceof Scope)) throw new RefusedError(there);
  if (!stateOf(services, scope).environments.has(environment))
    refuse("not_found", `The project ${project} has no environment ${quoted(environment)}. Check its spelling.`);
}

export function flagOf(state: ProjectState, key: string): Revised<FlagDocument> {
  return state.flags.get(key) ?? refuse("not_found", noFlag(state, key));
}

export function segmentOf(state: ProjectState, key: string): Revised<SegmentDocument> {
  return state.segments.get(key) ?? refuse("not_found", noSegment(state, key));
}

export function invariantOf(state: ProjectState, key: string): Revised<InvariantDocument> {
  return state.invariants.get(key) ?? refuse("not_found", noInvariant(state, key));
}

/** For decisions, which answer with values. */
export function flagNotFound(state: ProjectState, key: string): Refused {
  return refused("not_found", noFlag(state, key));
}
export function segmentNotFound(state: ProjectState, key: string): Refused {
  return refused("not_found", noSegment(state, key));
}

export function invariantNotFound(state: ProjectState, key: string): Refused {
  return refused("not_found", noInvariant(state, key));
}

function noInvariant(state: ProjectState, key: string): string {
  return `The project ${state.key} has no invariant ${quoted(key)}. List them with GET /api/v1/projects/${state.key}/invariants.`;
}

function noFlag(state: ProjectState, key: string): string {
  return `The project ${state.key} has no flag ${quoted(key)}. List them with GET /api/v1/projects/${state.key}/flags.`;
}

function noSegment(state: ProjectState, key: string): string {
  return `The project ${state.key} has no segment ${quoted(key)}. List them with GET /api/v1/projects/${state.key}/segments.`;
}

/** The revision that wrote a document, which is its ETag; `undefined` where it is not there. */
export function revisionOf(state: ProjectState, { kind, key, environment }: ItemName): number | undefined {
  switch (kind) {
    case "environment":
      return state.environments.get(key)?.revision;
    case "flag":
      return state.flags.get(key)?.revision;
    case "targeting":
      return targetingOf(state, key, environment)?.revision;
    case "segment":
      return state.segments.get(key)?.revision;
    case "key":
      return state.keys.get(key)?.revision;
    case "invariant":
      return state.invariants.get(key)?.revision;
    case "release":
      return releaseOf(state, key, environment)?.revision;
    case "schedule":
      return state.schedules.get(key)?.revision;
    case "freeze":
      return state.freezes.get(key)?.revision;
    case "project":
      return state.projects.get(key)?.revision;
    case "user":
      return state.users.get(key)?.revision;
    case "token":
      return state.tokens.get(key)?.revision;
    case "webhook":
      return state.webhooks.get(key)?.revision;
  }
}
