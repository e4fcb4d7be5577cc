/** Releases that are not over, and what ends them from outside. Pure. */
import type { Item } from "../../state/documents.ts";
import { type ProjectState, releaseOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { step } from "./step.ts";

export function isActive({ state }: ReleaseDocument): boolean {
  return state === "scheduled" || ownsRollout({ state });
}

/** Whether its share is out, and its guards are judged. */
export function ownsRollout({ state }: Pick<ReleaseDocument, "state">): boolean {
  return state === "running" || state === "paused";
}

/** The end of what is running on a flag in an environment, its share kept; nothing where nothing is. */
export function abortedRelease(
  state: ProjectState,
  { flag, environment }: { readonly flag: string; readonly environment: string },
  reason: string,
): readonly Item[] {
  const found = releaseOf(state, flag, environment)?.document;
  if (found === undefined || !isActive(found)) return [];
  // Whenever it is aborted, its times stay what they are.
  const stepped = step(found, { type: "abort", reason }, found.since);
  return stepped.ok ? [{ kind: "release", key: flag, environment, after: stepped.release }] : [];
}
