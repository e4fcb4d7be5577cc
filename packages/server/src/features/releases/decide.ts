/** What becomes of a release and of its flag, in one change. Pure. */
import { checkTargeting } from "@bannerol/core";
import type { Item, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, releaseOf, targetingOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { lacksApproval } from "../approvals/guarded.ts";
import { type Decided, type Refused, refused } from "../decision.ts";
import { flagNotFound } from "../reading.ts";
import { shortened } from "../shortened.ts";
import { decideWith, type TargetingCommand } from "../targeting/decide.ts";
import { formOf } from "../targeting/form.ts";
import { storedNewTargeting } from "../targeting/new-targeting.ts";
import { isActive } from "./active.ts";
import { type PlanInput, planRelease } from "./plan.ts";
import { restored, servedAt } from "./share.ts";
import { type ReleaseEffect, type ReleaseEvent, step } from "./step.ts";
import { belowShare, reshuffling } from "./wrong-start.ts";

/** Begins a release, or has it wait for its time. */
export function startRelease(state: ProjectState, command: TargetingCommand, input: PlanInput): Decided<undefined> {
  const flag = state.flags.get(command.flag)?.document;
  if (flag === undefined) return flagNotFound(state, command.flag);
  if (flag.archivedAt !== undefined)
    return refused("flag_archived", `The flag ${flag.key} is archived, and so disabled everywhere. Restore it first.`);
  const running = releaseOf(state, command.flag, command.environment)?.document;
  if (running !== undefined && isActive(running)) return isRunning(command, running);
  const targeting = targetingOf(state, flag.key, command.environment)?.document ?? storedNewTargeting(flag);
  const release = planRelease({ state, flag, targeting }, input);
  if (!("id" in release)) {
    const [first] = release;
    return refused("invalid", `The release is not valid, at ${first?.path ?? ""}: ${first?.message ?? ""}`, release);
  }
  if (release.startsAt === undefined)
    return carriedOut(state, command, { release, event: { type: "begin" }, now: input.now });
  return { ok: true, action: "release.schedule", items: [itemOf(command, release)], result: undefined };
}

export interface Move {
  readonly event: ReleaseEvent;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Nothing happens unless the release is as it was at this revision: whoever judged it judged that one. */
  readonly revision?: number;
}

/** Something happens to the newest release of the flag. */
export function moveRelease(state: ProjectState, command: TargetingCommand, move: Move): Decided<undefined> {
  const found = releaseOf(state, command.flag, command.environment);
  if (found === undefined) return noRelease(command);
  const { document: release, revision } = found;
  if (move.revision !== undefined && move.revision !== revision) return nothing;
  return carriedOut(state, command, { release, ...move });
}

const nothing: Decided<undefined> = { ok: true, action: "release.step", items: [], result: undefined };

interface Moving extends Pick<Move, "event" | "now"> {
  readonly release: ReleaseDocument;
}

function carriedOut(
  state: ProjectState,
  command: TargetingCommand,
  { release, event, now }: Moving,
): Decided<undefined> {
  const stepped = step(release, event, now);
  if (!stepped.ok) {
    const detail = `The release ${release.id} of ${command.flag} in ${command.environment} cannot ${event.type}: ${stepped.reason}.`;
    return refused("release_state", detail);
  }
  if (stepped.action === undefined) return nothing;
  const why = stepped.release.reason ?? (event.type === "judged" ? event.says : undefined);
  const told = why === undefined ? {} : { comment: shortened(why) };
  const before = event.type === "begin" ? foundBy(state, command) : {};
  const late = event.type === "begin" ? wrongByNow(state, command, release) : undefined;
  if (late !== undefined) return late;
  const isOff = event.type !== "begin" && stepped.effect?.type === "serve" && isSwitchedOff(state, command);
  if (isOff) return switchedOff(command, release);
  const next: ReleaseDocument = { ...stepped.release, ...before };
  const flagItems = stepped.effect === undefined ? [] : effectOn(state, command, next, stepped.effect);
  if (!Array.isArray(flagItems)) return flagItems;
  const items = [...flagItems, itemOf(command, next)];
  return { ok: true, action: stepped.action, items, ...told, result: undefined };
}

/** A release that waited begins on the targeting as it is then, where nobody loses by it, and on no fewer approvals. */
function wrongByNow(
  state: ProjectState,
  { flag, environment }: TargetingCommand,
  release: ReleaseDocument,
): Refused | undefined {
  const unapproved = release.startsAt === undefined ? undefined : lacksApproval(state, environment, release);
  const targeting = targetingOf(state, flag, environment)?.document;
  if (unapproved !== undefined || targeting === undefined) return unapproved;
  const problems = [...belowShare(release, targeting), ...reshuffling(release, targeting)];
  const [first] = problems;
  return first && refused("invalid", `The release is not valid by now, at ${first.path}: ${first.message}`, problems);
}

/** A release switches a flag on as it begins, and never again: whoever switched it off since meant it. */
function isSwitchedOff(state: ProjectState, { flag, environment }: TargetingCommand): boolean {
  return targetingOf(state, flag, environment)?.document.enabled === false;
}

function switchedOff({ flag, environment }: TargetingCommand, { id }: ReleaseDocument): Refused {
  const then = `Enable it, and resume the release ${id} if it is paused; or abort the release`;
  const detail = `The flag ${flag} is disabled in ${environment}, where its release ${id} had it on. ${then} (bannerol release abort ${flag} --env ${environment}).`;
  return refused("release_state", detail);
}

/** What the release found as it began. */
function foundBy(state: ProjectState, { flag, environment }: TargetingCommand): Pick<ReleaseDocument, "before"> {
  const found = targetingOf(state, flag, environment)?.document;
  return found === undefined ? {} : { before: { enabled: found.enabled, fallthrough: found.fallthrough } };
}

function effectOn(
  state: ProjectState,
  command: TargetingCommand,
  release: ReleaseDocument,
  effect: ReleaseEffect,
): Item[] | Refused {
  if (effect.type === "restore") return restoredItems(state, command, release);
  const decided = decideWith(state, command, "release.step", (before) => servedAt(before, release, effect.percentage));
  return decided.ok ? [...decided.items] : decided;
}

/** As it was, layout included. What it served is gone where somebody took the variant away: then, nobody gets any. */
function restoredItems(
  state: ProjectState,
  { flag: key, environment }: TargetingCommand,
  release: ReleaseDocument,
): Item[] {
  const flag = state.flags.get(key)?.document;
  const targeting = targetingOf(state, key, environment)?.document;
  if (flag === undefined || targeting === undefined) return [];
  const whole = restored(targeting, release);
  const fits = checkTargeting(formOf(whole), flag).length === 0;
  const after: TargetingDocument = fits ? whole : { ...targeting, enabled: false };
  return [{ kind: "targeting", key, environment, after }];
}

function itemOf({ flag, environment }: Pick<TargetingCommand, "flag" | "environment">, after: ReleaseDocument): Item {
  return { kind: "release", key: flag, environment, after };
}

type Where = Pick<TargetingCommand, "flag" | "environment">;

function isRunning({ flag, environment }: Where, { id, state }: ReleaseDocument): Refused {
  const detail = `The release ${id} of ${flag} in ${environment} is ${state}. Abort it first, or wait until it is over.`;
  return refused("release_running", detail);
}

export function noRelease({ flag, environment }: Where): Refused {
  const start = `Start one with POST …/release, or bannerol rollout ${flag} --steps 1,5,25,50,100 --env ${environment}.`;
  return refused("not_found", `There was no release of ${flag} in ${environment}. ${start}`);
}
