/** What waits for its time: looking it up, and ending it. Pure. */
import type { JsonValue } from "@bannerol/core";
import type { Right } from "../../auth/roles.ts";
import type { Item } from "../../state/documents.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import type { ScheduleDocument } from "../../state/release-document.ts";
import { scheduleKey } from "./form.ts";

export type ScheduledWork = { readonly change: { readonly [field: string]: JsonValue } } | { readonly kill: true };

export interface ScheduleName {
  readonly flag: string;
  readonly environment: string;
  readonly id: string;
}

/** Those of a flag in an environment that wait, in the order of their times. */
export function schedulesOf(
  state: ProjectState,
  flag: string,
  environment: string,
): readonly Revised<ScheduleDocument>[] {
  return inOrder(state).filter(({ document }) => document.flag === flag && document.environment === environment);
}

/** All that wait, in the order in which they are to be carried out. */
export function inOrder(state: ProjectState): readonly Revised<ScheduleDocument>[] {
  return [...state.schedules.values()].sort((a, b) => a.document.at - b.document.at || a.revision - b.revision);
}

export function scheduleOf(state: ProjectState, { flag, environment, id }: ScheduleName) {
  const found = state.schedules.get(scheduleKey(flag, id));
  return found?.document.environment === environment ? found : undefined;
}

/** The end of everything that waits for a flag in an environment. */
export function cancelled(state: ProjectState, flag: string, environment: string): readonly Item[] {
  return schedulesOf(state, flag, environment).map(({ document }) => itemOf(document, null));
}

/** What it asks of whoever schedules it: the same as doing it. */
export function rightForWork(work: ScheduledWork): Right {
  const isSwitch = "kill" in work || Object.keys(work.change).every((name) => /^(enabled|fallthrough)$/.test(name));
  return isSwitch ? "release" : "edit";
}

/** A schedule as it is after a change; null ends it. */
export function itemOf({ flag, id, environment }: ScheduleDocument, after: ScheduleDocument | null): Item {
  return { kind: "schedule", key: scheduleKey(flag, id), environment, after };
}
