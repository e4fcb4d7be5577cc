/**
 * Carries changes out when their time has come: each once, by the node whose commit is the first.
 *
 *     due ─► decide on the newest state ─┬─ applies ─► schedule.apply  ─┐
 *                                        └─ does not ─► schedule.lapse ─┴─► it waits no longer
 *
 * Times are the wall clock's: one that was set forward brings changes forward, and none comes twice, since what was
 * carried out waits no longer. What came due while no server ran is carried out at the start.
 */
import { RefusedError } from "../../http/refusal.ts";
import type { ProjectState, Revised } from "../../state/project-state.ts";
import type { ScheduleDocument } from "../../state/release-document.ts";
import { changeAsSystem } from "../by-system.ts";
import type { Services } from "../services.ts";
import { commandFor } from "../targeting/command.ts";
import { applySchedule } from "./decide.ts";
import { inOrder } from "./waiting.ts";

/** Rejects where the database is away; what is due stays due. */
export async function runSchedules(services: Services): Promise<void> {
  const { ledger, now } = services;
  for (const project of ledger.projects()) {
    const state = ledger.state(project);
    for (const due of state === undefined ? [] : dueAt(state, now())) await apply(services, project, due.document);
  }
}

function dueAt(state: ProjectState, at: number): readonly Revised<ScheduleDocument>[] {
  return state.schedules.size === 0 ? [] : inOrder(state).filter(({ document }) => document.at <= at);
}

async function apply(services: Services, project: string, due: ScheduleDocument): Promise<void> {
  const { flag, environment, id } = due;
  const command = await commandFor(services, { project, environment }, flag);
  const carryOut = (refusal: { readonly refusal?: string }) =>
    changeAsSystem(services, project, {
      // As by hand, a kill passes freezes, whatever it breaks.
      urgent: "kill" in due,
      decide: (state) => applySchedule(state, command, { id, ...refusal }),
    });
  try {
    await carryOut({});
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    await carryOut({ refusal: error.refusal.detail });
  }
}
