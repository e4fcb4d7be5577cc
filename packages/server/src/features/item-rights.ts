import { isDeepStrictEqual } from "node:util";
import type { Right } from "../auth/roles.ts";
import type { Item } from "../state/documents.ts";
import { type ProjectState, targetingOf } from "../state/project-state.ts";

/**
 * What a change of one document asks of whoever makes it, where the way of the change does not tell: what no switch and
 * no rollout could do is an edit. Pure.
 */
export function rightFor(state: ProjectState, { kind, key, environment, after }: Item): Right {
  if (kind === "environment") return "administer";
  if (kind !== "targeting" || after === null) return "edit";
  const before = targetingOf(state, key, environment)?.document;
  if (before === undefined) return "edit";
  const { enabled, fallthrough } = after;
  return isDeepStrictEqual({ ...before, enabled, fallthrough }, after) ? "release" : "edit";
}
