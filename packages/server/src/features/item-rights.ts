import { isDeepStrictEqual } from "node:util";
import type { Right } from "../auth/roles.ts";
import type { Item } from "../state/documents.ts";
import { type ProjectState, targetingOf } from "../state/project-state.ts";
import { rightForWork } from "./schedules/waiting.ts";

/**
 * What a change of one document asks of whoever makes it, where the way of the change does not tell: what no switch and
 * no rollout could do is an edit. Pure.
 */
export function rightFor(state: ProjectState, item: Item): Right {
  switch (item.kind) {
    case "environment":
      return "administer";
    case "targeting":
      return rightForTargeting(state, item);
    case "release":
      return "release";
    case "schedule": {
      const work = item.after ?? state.schedules.get(item.key)?.document;
      return work === undefined ? "edit" : rightForWork(work);
    }
    default:
      return "edit";
  }
}

function rightForTargeting(
  state: ProjectState,
  { key, environment, after }: Extract<Item, { readonly kind: "targeting" }>,
): Right {
  if (after === null) return "edit";
  const before = targetingOf(state, key, environment)?.document;
  if (before === undefined) return "edit";
  const { enabled, fallthrough } = after;
  return isDeepStrictEqual({ ...before, enabled, fallthrough }, after) ? "release" : "edit";
}
