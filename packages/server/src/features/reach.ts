/** Of what belongs to the installation and reaches a part of it: users, tokens. */
import { Scope } from "../auth/scope.ts";
import { quoted, RefusedError, refuse } from "../http/refusal.ts";
import type { Services } from "./services.ts";

/** Nothing named is everything. */
export interface Reach {
  readonly project?: string;
  readonly environment?: string;
}

export function reachOf({ project, environment }: Reach): Reach {
  return { ...(project === undefined ? {} : { project }), ...(environment === undefined ? {} : { environment }) };
}

/** The scope narrowed to where something new will reach; that must be there. */
export function placed({ ledger }: Services, scope: Scope, reach: Reach): Scope {
  const narrowed = scope.at(reachOf(reach));
  if (!(narrowed instanceof Scope)) throw new RefusedError(narrowed);
  const { project, environment } = reach;
  if (project === undefined) return narrowed;
  const state = ledger.state(project);
  if (state === undefined)
    refuse("not_found", `There is no project ${quoted(project)}. List them with GET /api/v1/projects.`);
  if (environment !== undefined && !state.environments.has(environment)) {
    refuse("not_found", `The project ${project} has no environment ${quoted(environment)}. Make it, or name another.`);
  }
  return narrowed;
}

/** Whether one reach lies within another. */
export function isWithin(inner: Reach, outer: Reach): boolean {
  return (
    (outer.project === undefined || outer.project === inner.project) &&
    (outer.environment === undefined || outer.environment === inner.environment)
  );
}
