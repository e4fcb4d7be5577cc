/**
 * Proof that a caller may do a thing in a place. A scope is made by the permission check alone (its constructor is
 * private), and whatever loads or changes a project demands one: what was not checked cannot be reached.
 *
 *     credential ─► Caller ─► authorise(caller, right, place) ─► Scope ─► state, commands
 */
import type { Refusal } from "../http/refusal.ts";
import type { Actor } from "../store/port.ts";
import { mayRole, type Right } from "./roles.ts";

/** Whoever holds a token. Its reach is everything, a project, or one environment of a project. */
export interface Caller {
  /** The person, where the token is one's; else the token itself. */
  readonly actor: Actor;
  /** The token's id; absent for what the settings name. */
  readonly token?: string;
  /** As stored: it may be one that this version does not know, which may do nothing. */
  readonly role: string;
  readonly project?: string;
  readonly environment?: string;
}

/** Where a route acts: nothing named is the whole installation. */
export interface Place {
  readonly project?: string;
  readonly environment?: string;
}

const made = Symbol("made by authorise");

export class Scope {
  readonly caller: Caller;
  readonly right: Right;
  readonly place: Place;

  /** Only this module has the symbol. */
  constructor(proof: typeof made, granted: { readonly caller: Caller; readonly right: Right; readonly place: Place }) {
    if (proof !== made) throw new TypeError("A scope is made by authorise alone.");
    this.caller = granted.caller;
    this.right = granted.right;
    this.place = granted.place;
  }

  /** The same right in a place inside this one, checked anew. */
  at(place: Place): Scope | Refusal {
    return authorise(this.caller, this.right, place);
  }

  /** Another right in the same place, checked anew. */
  with(right: Right): Scope | Refusal {
    return authorise(this.caller, right, this.place);
  }

  /** Whether what belongs to this environment may be shown: lists and documents leave out the rest. */
  sees(environment: string): boolean {
    return this.caller.environment === undefined || this.caller.environment === environment;
  }
}

export type ProjectScope = Scope & { readonly place: { readonly project: string } };
export type EnvironmentScope = Scope & { readonly place: { readonly project: string; readonly environment: string } };

export function isProjectScope(scope: Scope): scope is ProjectScope {
  return scope.place.project !== undefined;
}
export function isEnvironmentScope(scope: Scope): scope is EnvironmentScope {
  return isProjectScope(scope) && scope.place.environment !== undefined;
}

/** The one permission check. Denies whatever no rule allows. */
export function authorise(caller: Caller, right: Right, place: Place): Scope | Refusal {
  if (!mayRole(caller.role, right)) {
    return denied(`Your token's role, ${caller.role}, does not include this. Use a token with a higher role.`);
  }
  if (!reaches(caller, right, place)) {
    return denied(
      `Your token is for ${placeName(caller)} alone. Use a token whose scope includes ${placeName(place)}.`,
    );
  }
  return new Scope(made, { caller, right, place });
}

/** A token of one environment reads its project, since flags and segments are the project's, and changes nothing of it. */
function reaches(caller: Caller, right: Right, place: Place): boolean {
  if (caller.project !== undefined && caller.project !== place.project) return false;
  if (caller.environment === undefined) return true;
  if (place.environment !== undefined) return caller.environment === place.environment;
  return caller.project !== undefined && right === "read";
}

function placeName({ project, environment }: Place): string {
  if (project === undefined) return "the whole installation";
  return environment === undefined ? `the project ${project}` : `the environment ${environment} of ${project}`;
}

function denied(detail: string): Refusal {
  return { code: "not_allowed", detail };
}
