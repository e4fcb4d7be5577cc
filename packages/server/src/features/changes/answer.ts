/** What a change of several documents answers with. */
import type { ChangeSetAnswer } from "@bannerol/protocol/schemas";
import type { Item } from "../../state/documents.ts";
import { documentOf, type ProjectState } from "../../state/project-state.ts";
import { itemForm } from "./present.ts";

export interface Outcome {
  /** On which it was decided. */
  readonly before: ProjectState;
  /** With the change in it; the same where nothing was to change, or was tried out. */
  readonly after: ProjectState;
  readonly items: readonly Item[];
  readonly dryRun: boolean;
}

export function changeSetAnswer({ before, after, items, dryRun }: Outcome): ChangeSetAnswer {
  return {
    revision: after.revision,
    head: after.head,
    ...(dryRun ? { dryRun } : {}),
    items: items.map((item) => itemForm(item, documentOf(before, item))),
  };
}
