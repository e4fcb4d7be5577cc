/** All that waits for a flag in an environment: its schedules, and the release that begins later. Pure. */
import type { ScheduleForm } from "@bannerol/protocol/schemas";
import { type ProjectState, type Revised, releaseOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { instant } from "../decision.ts";
import { planForm } from "../releases/form.ts";
import { scheduleForm } from "./form.ts";
import { type ScheduleName, schedulesOf } from "./waiting.ts";

type Where = Pick<ScheduleName, "flag" | "environment">;

/** In the order of their times. */
export function listed(state: ProjectState, where: Where): readonly ScheduleForm[] {
  const changes = schedulesOf(state, where.flag, where.environment).map(({ document, revision }) => {
    return { ...scheduleForm(document), revision };
  });
  const start = waitingRelease(state, where);
  const both = start === undefined ? changes : [...changes, startForm(start)];
  return both.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.revision - b.revision);
}

export function listedOf(state: ProjectState, name: ScheduleName): ScheduleForm | undefined {
  return listed(state, name).find(({ id }) => id === name.id);
}

export function waitingRelease(
  state: ProjectState,
  { flag, environment }: Where,
): Revised<ReleaseDocument> | undefined {
  const found = releaseOf(state, flag, environment);
  return found?.document.state === "scheduled" ? found : undefined;
}

function startForm({ document, revision }: Revised<ReleaseDocument>): ScheduleForm {
  const { id, startsAt = 0, by = "unknown" } = document;
  return { id, at: instant(startsAt), release: planForm(document), by, revision };
}
