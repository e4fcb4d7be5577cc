/** A release as people see it. */
import { durationMs } from "@bannerol/protocol";
import type { GuardInput, ReleaseForm } from "@bannerol/protocol/schemas";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { instant } from "../decision.ts";
import type { Guard, GuardSource } from "./judge/guard.ts";
import { wantsApproval } from "./step.ts";

/** Without what is not in the log: how long it has been held, and what the judge says. */
export function releaseForm(document: ReleaseDocument): Omit<ReleaseForm, "revision"> {
  const { id, state, step, steps, startsAt, since, heldMs, pausedBy, reason, before } = document;
  const wanted = steps[step + 1]?.approval === true && (state === "running" || state === "paused");
  return {
    id,
    state,
    step,
    percentage: before === undefined ? 0 : (steps[step]?.percentage ?? 0),
    ...planForm(document),
    ...(startsAt === undefined ? {} : { startsAt: instant(startsAt) }),
    since: instant(since),
    heldMs,
    ...(wanted ? { approved: !wantsApproval(document) } : {}),
    ...(pausedBy === undefined ? {} : { pausedBy }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What was asked for, with every default filled in: a release that is asked for so is the same. */
export function planForm(document: ReleaseDocument) {
  const { serves, segment, bucketBy, steps, guards, onBreach, onInconclusive, maxHoldMs } = document;
  return {
    weights: { ...serves },
    ...(bucketBy === undefined ? {} : { bucketBy }),
    ...(segment === undefined ? {} : { segment }),
    steps: steps.map(({ percentage, holdMs, approval }) => ({
      percentage,
      hold: durationText(holdMs),
      ...(approval === undefined ? {} : { approval }),
    })),
    guards: guards.map(guardForm),
    onBreach,
    onInconclusive,
    ...(maxHoldMs === undefined ? {} : { maxHold: durationText(maxHoldMs) }),
  };
}

/** In the largest unit of which it is a whole number. */
export function durationText(ms: number): string {
  const unit = ["d", "h", "m", "s"].find((one) => ms % (durationMs(`1${one}`) ?? 1) === 0);
  return unit === undefined ? `${Math.round(ms)}ms` : `${ms / (durationMs(`1${unit}`) ?? 1)}${unit}`;
}

/** For people: `40 s`, `12 min`, `3.5 h`. */
export function timeText(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.ceil(ms / 60_000)} min` : `${Number((ms / 3_600_000).toPrecision(3))} h`;
}

/** With every default filled in. */
function guardForm(guard: Guard): GuardInput {
  const { metric, measure, source, quantile, tolerance, harm, pass, minimum, limit, higherIsWorse, afterMs, cap } =
    guard;
  return {
    metric,
    measure,
    ...(measure === "mismatches" ? {} : { source: sourceForm(source) }),
    ...(measure === "latency" ? { quantile } : {}),
    tolerance,
    harm,
    pass,
    minimum,
    ...(limit === undefined ? {} : { limit }),
    higherIsWorse,
    ...(afterMs === 0 ? {} : { after: durationText(afterMs) }),
    ...(cap === undefined ? {} : { cap }),
  };
}

function sourceForm(source: GuardSource): NonNullable<GuardInput["source"]> {
  switch (source.kind) {
    case "sdk":
      return "sdk";
    case "parallel":
      return "parallelRun";
    case "http":
      return { http: source.url, path: source.path };
    case "prometheus":
      return { prometheus: source.query, ...(source.url === undefined ? {} : { url: source.url }) };
  }
}
