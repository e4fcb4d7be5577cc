import type { EnvironmentDocument } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";

/** In promotion order. */
export function environmentsInOrder(state: ProjectState): readonly Revised<EnvironmentDocument>[] {
  return [...state.environments.values()].sort((a, b) => a.document.position - b.document.position);
}
