/** How a state comes about: from the newest documents, or from the state before and one more change. */
import type { Change, StoredProject } from "../store/port.ts";
import { emptyState, type ProjectState } from "./project-state.ts";
import { StateDraft } from "./state-draft.ts";

/** The state that these documents make up: the newest ones, or those of a revision in the past. */
export function loadState(stored: Pick<StoredProject, "key" | "revision" | "head" | "at" | "documents">): ProjectState {
  const draft = new StateDraft(emptyState(stored.key));
  for (const row of stored.documents) draft.put(row, row.document, row.revision);
  return draft.finish(stored);
}

/** The state after one more change. `change.revision` must be the next one. */
export function fold(state: ProjectState, change: Pick<Change, "revision" | "hash" | "at" | "items">): ProjectState {
  const draft = new StateDraft(state);
  for (const item of change.items) draft.put(item, item.after, change.revision);
  return draft.finish({ revision: change.revision, head: change.hash, at: change.at });
}
