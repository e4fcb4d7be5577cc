/** A release as it is asked for becomes one that can be carried out, or is refused. Pure. */
import type { Weights } from "@bannerol/core";
import type { FieldProblem } from "@bannerol/protocol";
import { durationMs } from "@bannerol/protocol";
import type { ReleaseStart, ReleaseStepForm } from "@bannerol/protocol/schemas";
import type { FlagDocument, TargetingDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import type { ReleaseDocument, ReleaseStep } from "../../state/release-document.ts";
import { variantToRollOut, wrongVariant } from "../targeting/rollout.ts";
import { guardOf } from "./judge/read-guard.ts";
import { wrongGuards } from "./wrong-guards.ts";
import { belowShare, reshuffling } from "./wrong-start.ts";

export interface PlanInput {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Who asks for it. */
  readonly by: string;
  /** How many approved it. Default: nobody. */
  readonly approvals?: number;
  readonly asked: ReleaseStart;
}

export interface Place {
  readonly state: ProjectState;
  readonly flag: FlagDocument;
  /** In force. */
  readonly targeting: TargetingDocument;
}

/** The release, not begun; or what is wrong with it. */
export function planRelease(
  place: Place,
  { id, now, by, approvals = 0, asked }: PlanInput,
): ReleaseDocument | readonly FieldProblem[] {
  const serves = servesOf(place, asked);
  if (Array.isArray(serves)) return serves;
  const steps = asked.steps.map(stepOf);
  const guards = (asked.guards ?? []).map(guardOf);
  const startsAt = asked.at === undefined ? undefined : Date.parse(asked.at);
  const problems = [
    ...unknownSegment(place, asked.segment),
    ...belowShare({ ...asked, serves, steps }, place.targeting),
    ...reshuffling(asked, place.targeting),
    ...notRising(steps),
    ...wrongGuards(guards),
    ...(startsAt !== undefined && startsAt <= now
      ? [{ path: "at", message: "It must be in the future; leave it out to begin now." }]
      : []),
  ];
  if (problems.length > 0) return problems;
  const { segment, bucketBy, onBreach = "rollback", onInconclusive = "pause", maxHold } = asked;
  return {
    id,
    state: "scheduled",
    serves,
    ...(segment === undefined ? {} : { segment }),
    ...(bucketBy === undefined ? {} : { bucketBy }),
    steps,
    guards,
    onBreach,
    onInconclusive,
    ...(maxHold === undefined ? {} : { maxHoldMs: durationMs(maxHold) ?? 0 }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(startsAt === undefined || approvals === 0 ? {} : { approvals }),
    by,
    step: 0,
    since: now,
    heldMs: 0,
    approved: 0,
  };
}

function stepOf({ percentage, hold, approval }: ReleaseStepForm): ReleaseStep {
  // Adding 0 turns the -0 that JSON can hold into 0.
  return { percentage: percentage + 0, holdMs: durationMs(hold) ?? 0, ...(approval === true ? { approval } : {}) };
}

function servesOf({ flag, targeting }: Place, { variant, weights }: ReleaseStart): Weights | FieldProblem[] {
  if (weights === undefined) {
    const one = variant ?? variantToRollOut(flag, targeting);
    const wrong = wrongVariant(flag, targeting, one);
    return wrong !== undefined || one === undefined ? [{ path: "variant", message: wrong ?? "" }] : { [one]: 1 };
  }
  const wrong = Object.keys(weights).flatMap((key) => wrongVariant(flag, targeting, key) ?? []);
  if (Object.keys(weights).length === 0) return [{ path: "weights", message: "It names no variant." }];
  return wrong.length > 0 ? wrong.map((message) => ({ path: "weights", message })) : weights;
}

function unknownSegment({ state }: Place, segment: string | undefined): readonly FieldProblem[] {
  if (segment === undefined || state.segments.has(segment)) return [];
  return [{ path: "segment", message: `There is no segment ${segment}. Make it first.` }];
}

function notRising(steps: readonly ReleaseStep[]): readonly FieldProblem[] {
  return steps.flatMap(({ percentage }, at) => {
    const before = steps[at - 1]?.percentage;
    if (before === undefined || percentage > before) return [];
    return [{ path: `steps[${at}].percentage`, message: `It must be above the step before, which is ${before}.` }];
  });
}
