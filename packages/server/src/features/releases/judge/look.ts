/** One look at one guard and one treated side: this step's numbers, and what all steps so far say together. */
import type { Side } from "./evidence.ts";
import type { Guard } from "./guard.ts";
import { type Compared, LN_20 } from "./measures/compared.ts";
import { compareErrors, compareMismatches } from "./measures/errors.ts";
import { compareLatency } from "./measures/latency.ts";
import { compareValues } from "./measures/value.ts";
import { type Pooled, pool } from "./pooled.ts";
import { firstWhere } from "./statistics/bisect.ts";
import { lnMeanExp } from "./statistics/mixture.ts";
import { LN_SAMPLE_RATIO_ALARM, sampleRatio } from "./statistics/sample-ratio.ts";
import { addScores, lnOf, type Score, scaled } from "./statistics/score.ts";
import type { GuardVerdict, Question, Reason } from "./verdict.ts";
import { watchedMetric } from "./watches.ts";

/** Parallel runs have sides of their own. */
export const CANDIDATE: Side = "candidate";

/** No outcome for two rounds of events, each five seconds and a fifth at most: the source is dead. */
export const SILENCE_MS = 12_000;

/** How much more data is looked ahead for, as a factor. */
const FARTHEST = 10_000;

export interface Looked {
  readonly guard: number;
  readonly side: Side;
}

export function lookAt(question: Question, at: Looked): GuardVerdict | undefined {
  const guard = question.guards[at.guard];
  const metric = guard && watchedMetric(guard);
  if (guard === undefined || metric === undefined) return undefined;
  const pools = question.steps.slice(0, question.step + 1).map((_, step) => {
    const sides = { side: at.side, treated: guard.source.kind === "parallel" ? { [at.side]: 1 } : question.treated };
    return pool(question.evidence, { step, metric }, sides);
  });
  const steps = pools.map((pooled, step) => compareIn(question, { guard, pooled, step }));
  const now = steps.at(-1);
  const pooled = pools.at(-1);
  if (now === undefined || pooled === undefined) return undefined;
  const ratio = sampleRatioOf(question, guard, { side: at.side, pooled });
  return {
    ...at,
    ...standing(question, { guard, pooled, steps, now, ratio }),
    ...numbersOf(question, guard, steps),
    ...ratio,
  };
}

function compareIn(question: Question, one: { guard: Guard; pooled: Pooled; step: number }): Compared {
  const { guard, pooled, step } = one;
  if (guard.measure === "mismatches") return compareMismatches(guard, pooled.treated);
  const control = hasControl(question, guard, step) ? pooled.control : undefined;
  if (guard.measure === "latency") return compareLatency(guard, pooled.treated, control);
  return guard.measure === "value"
    ? compareValues(guard, pooled.treated, control)
    : compareErrors(guard, pooled.treated, control);
}

/** At 100 % there is nobody to compare with, but for parallel runs, which bring their own. */
export function hasControl({ steps }: Question, { source, measure }: Guard, step: number): boolean {
  if (measure === "mismatches") return false;
  return source.kind === "parallel" || (steps[step]?.percentage ?? 100) < 100;
}

/** E(guard, from s) for each planned step s that has a control, and their mean; a step that has not begun is 1. */
function lnOverStarts(question: Question, guard: Guard, steps: readonly Compared[]): number | undefined {
  const planned = question.steps.filter((_, step) => hasControl(question, guard, step)).length;
  const scores = steps.flatMap(({ fail }) => fail ?? []);
  if (planned === 0) return undefined;
  const starts = scores.map((_, from) => lnOf(together(scores.slice(from))));
  const others = new Array<number>(Math.max(planned - starts.length, 0)).fill(0);
  return lnMeanExp([...starts, ...others]);
}

function together(scores: readonly Score[]): Score {
  return scores.reduce(addScores);
}

function numbersOf(question: Question, guard: Guard, steps: readonly Compared[]): Partial<GuardVerdict> {
  const now = steps.at(-1);
  const limits = steps.flatMap(({ limit }) => limit ?? []);
  const lnRelease = lnOverStarts(question, guard, steps);
  return {
    ...(now?.fail && { lnFail: lnOf(now.fail) }),
    ...(now?.pass && { lnPass: lnOf(now.pass) }),
    ...(limits.length > 0 && { lnLimit: lnOf(together(limits)) }),
    ...(lnRelease !== undefined && { lnRelease }),
    ...(now?.designEffect !== undefined && { designEffect: now.designEffect }),
    ...now?.bounds?.(),
    ...(now?.warnings !== undefined && now.warnings.length > 0 && { warnings: now.warnings }),
  };
}

interface Standing {
  readonly guard: Guard;
  readonly pooled: Pooled;
  readonly steps: readonly Compared[];
  readonly now: Compared;
  readonly ratio: Pick<GuardVerdict, "sampleRatio">;
}

type Said = Pick<GuardVerdict, "verdict" | "reason" | "treated" | "control" | "neededMs">;

function standing(question: Question, about: Standing): Said {
  const { guard, pooled, steps, now, ratio } = about;
  const { treated, control } = now;
  const say = (verdict: GuardVerdict["verdict"], reason: Reason, neededMs?: number): Said => ({
    verdict,
    reason,
    treated,
    ...(control !== undefined && { control }),
    ...(neededMs !== undefined && { neededMs }),
  });
  const limits = steps.flatMap(({ limit }) => limit ?? []);
  if (limits.length > 0 && lnOf(together(limits)) >= LN_20) return say("fail", "limit");
  if (ratio.sampleRatio?.alarm === true) return say("wait", "sampleRatio");
  const compares = control !== undefined || guard.measure === "mismatches";
  if (!compares && guard.limit === undefined) return say("pass", "noControl");
  if (isSilent(question, guard, pooled)) return say("noData", "noData");
  const { heldMs } = question;
  const fewest = Math.min(treated.outcomes, control?.outcomes ?? Number.POSITIVE_INFINITY);
  if (fewest < guard.minimum)
    return say("wait", "minimum", fewest === 0 ? undefined : more(heldMs, guard.minimum / fewest));
  if (!now.ripe) return say("wait", "minimum");
  if (!compares) return say("pass", "noControl");
  if (guard.pass === "unrefuted") return say("pass", "unrefuted");
  return now.pass !== undefined && lnOf(now.pass) >= LN_20
    ? say("pass", "shown")
    : say("wait", "notShown", neededFor(now.pass, heldMs));
}

function isSilent({ now, heldMs }: Question, { afterMs }: Guard, { at }: Pooled): boolean {
  return at === undefined ? heldMs > SILENCE_MS + afterMs : now - at > SILENCE_MS;
}

/** How much longer a step takes that needs so many times what it has. */
function more(heldMs: number, times: number): number {
  return Math.ceil(heldMs * (times - 1));
}

/** Until harm is ruled out, were all to go on as it has. */
function neededFor(pass: Score | undefined, heldMs: number): number | undefined {
  if (pass === undefined) return undefined;
  const times = firstWhere(0, Math.log(FARTHEST), (ln) => lnOf(scaled(pass, Math.exp(ln))) >= LN_20);
  return times === undefined ? undefined : more(heldMs, Math.exp(times));
}

/** Judged on starts where they are counted: what never ends is no outcome. */
function sampleRatioOf(
  question: Question,
  guard: Guard,
  { side, pooled }: { readonly side: Side; readonly pooled: Pooled },
): Pick<GuardVerdict, "sampleRatio"> {
  if (guard.source.kind === "parallel" || !hasControl(question, guard, question.step)) return {};
  const { treated, control } = pooled;
  const ln = sampleRatio(treated.u ?? treated.n ?? [], control.u ?? control.n ?? [], shareOf(question, side)).ln;
  return { sampleRatio: { ln, alarm: ln >= LN_SAMPLE_RATIO_ALARM } };
}

/** The share that the step promises to a treated variant, of it and the control. */
function shareOf({ steps, step, treated }: Question, side: Side): number {
  const percentage = (steps[step]?.percentage ?? 100) / 100;
  const parts = Object.values(treated).reduce((sum, part) => sum + part, 0);
  const own = (percentage * (treated[side] ?? 0)) / parts;
  return own / (own + 1 - percentage);
}
