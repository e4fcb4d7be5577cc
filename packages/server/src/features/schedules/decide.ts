/** Which changes wait, and what becomes of them when their time comes. Pure. */
import type { ProjectState } from "../../state/project-state.ts";
import type { ScheduleDocument } from "../../state/release-document.ts";
import { lacksApproval } from "../approvals/guarded.ts";
import { type Decided, instant, type Refused, refused, under } from "../decision.ts";
import { flagNotFound } from "../reading.ts";
import { startRelease } from "../releases/decide.ts";
import type { PlanInput } from "../releases/plan.ts";
import { shortened } from "../shortened.ts";
import { patchTargeting, type TargetingCommand } from "../targeting/decide.ts";
import { killFlag } from "../targeting/kill.ts";
import { itemOf, type ScheduledWork, type ScheduleName, scheduleOf, schedulesOf } from "./waiting.ts";

/** Waiting for one flag in one environment. */
const MAX_WAITING = 100;

export interface ScheduleInput {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly now: number;
  /** Who asks for it. */
  readonly by: string;
  /** How many approved it. */
  readonly approvals: number;
  readonly comment?: string | undefined;
  readonly work: ScheduledWork;
}

/** Refused where it would be refused now: what is wrong by itself is better said at once than at night. */
export function addSchedule(state: ProjectState, command: TargetingCommand, input: ScheduleInput): Decided<undefined> {
  const { flag, environment } = command;
  const { id, at, now, by, approvals, comment, work } = input;
  if (at <= now) return inThePast(at, now);
  if (!state.flags.has(flag)) return flagNotFound(state, flag);
  if (schedulesOf(state, flag, environment).length >= MAX_WAITING) return tooMany(command);
  const trial = under("change", carriedOut(state, command, work));
  if (!trial.ok) return trial;
  const told = comment === undefined ? {} : { comment };
  const votes = approvals === 0 ? {} : { approvals };
  const after: ScheduleDocument = { id, flag, environment, at, by, ...votes, ...told, ...work };
  return { ok: true, action: "schedule.create", items: [itemOf(after, after)], result: undefined };
}

/** Has a release wait for `at`, epoch milliseconds: the instant that it asks for. */
export function scheduleRelease(
  state: ProjectState,
  command: TargetingCommand,
  { at, ...input }: PlanInput & { readonly at: number },
): Decided<undefined> {
  return at <= input.now ? inThePast(at, input.now) : under("release", startRelease(state, command, input));
}

export function cancelSchedule(state: ProjectState, name: ScheduleName): Decided<undefined> {
  const found = scheduleOf(state, name);
  if (found === undefined) return noSchedule(name);
  return { ok: true, action: "schedule.cancel", items: [itemOf(found.document, null)], result: undefined };
}

/**
 * The change that was waited for, on the state as it is, together with the end of the waiting. Where it applies no longer,
 * the end alone, and why.
 */
export function applySchedule(
  state: ProjectState,
  command: TargetingCommand,
  { id, refusal }: { readonly id: string; readonly refusal?: string },
): Decided<"applied" | "lapsed" | undefined> {
  const found = scheduleOf(state, { ...command, id });
  // Another node was faster, or somebody cancelled it.
  if (found === undefined) return { ok: true, action: "schedule.apply", items: [], result: undefined };
  const { document } = found;
  const over = itemOf(document, null);
  const wrong = refusal === undefined ? unapproved(state, document) : refused("conflict", refusal);
  const done = wrong ?? carriedOut(state, command, document);
  if (!done.ok) {
    const comment = `${due(document)} It applies no longer: ${done.refusal.detail}`;
    return { ok: true, action: "schedule.lapse", items: [over], comment: shortened(comment), result: "lapsed" };
  }
  // A kill cancels what waits, this one too.
  const items = [...done.items.filter((item) => item.kind !== over.kind || item.key !== over.key), over];
  return { ok: true, action: "schedule.apply", items, comment: shortened(due(document)), result: "applied" };
}

/** A kill asks nobody. */
function unapproved(state: ProjectState, document: ScheduleDocument): Refused | undefined {
  return "kill" in document ? undefined : lacksApproval(state, document.environment, document);
}

function carriedOut(state: ProjectState, command: TargetingCommand, work: ScheduledWork): Decided<undefined> {
  return "kill" in work ? killFlag(state, command) : patchTargeting(state, command, work.change);
}

function due({ at, by, comment }: ScheduleDocument): string {
  return `Scheduled for ${instant(at)} by ${by}.${comment === undefined ? "" : ` ${comment}`}`;
}

export function noSchedule({ flag, environment, id }: ScheduleName) {
  const detail = `Nothing waits for ${flag} in ${environment} under the id ${id}: it was applied, cancelled, or never there. List what waits with GET …/schedules.`;
  return refused("not_found", detail);
}

function inThePast(at: number, now: number) {
  const message = `It must be in the future: it is ${instant(now)} here, and ${instant(at)} has passed. To change the flag now, change its targeting.`;
  return refused("invalid", `The schedule is not valid, at at: ${message}`, [{ path: "at", message }]);
}

function tooMany({ flag, environment }: TargetingCommand) {
  const detail = `${MAX_WAITING} changes wait for ${flag} in ${environment}, which is the limit. Cancel some first.`;
  return refused("limit_exceeded", detail);
}
