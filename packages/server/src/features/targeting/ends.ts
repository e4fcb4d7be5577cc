/** What ends where a flag's work in an environment is cut short. Pure. */
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { abortedRelease } from "../releases/active.ts";
import { cancelled } from "../schedules/waiting.ts";

/** The end of the release that runs there, its share kept, and of everything that waits. */
export function endOfWork(
  state: ProjectState,
  place: { readonly flag: string; readonly environment: string },
  reason: string,
): readonly Item[] {
  return [...abortedRelease(state, place, reason), ...cancelled(state, place.flag, place.environment)];
}

/** The same in every environment, where another flag takes the key: what was meant for the one is not for the other. */
export function endOfPredecessor(state: ProjectState, flag: string): readonly Item[] {
  return [...state.environments.keys()].flatMap((environment) =>
    endOfWork(state, { flag, environment }, "Another flag took its key."),
  );
}
