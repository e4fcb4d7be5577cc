/** One look at a guard whose numbers come from a source outside: readings of each side, compared without users. */
import type { ReleaseEvidence, Side } from "./evidence.ts";
import type { Guard, Tolerance } from "./guard.ts";
import { hasControl } from "./look.ts";
import { lineOf } from "./measures/errors.ts";
import { foundLarger, MINIMUM_READINGS } from "./statistics/mann-whitney.ts";
import { ratioAt } from "./statistics/means.ts";
import type { GuardVerdict, Question, Reason, SideCount } from "./verdict.ts";

/** How often a source is read, at first. */
export const READING_MS = 10_000;
/** Of a step, all guards and sides together, before they are read less often. */
const READINGS = 1_500;
/** Of a guard, over all its looks: an α of its own. */
const LEVEL = 0.05;
/** Readings above a limit, one after the other, that break it. */
const OVER_LIMIT = 3;

/** The side of the control. */
export const CONTROL: Side = "";

export function lookAtReadings(question: Question, at: { guard: number; side: Side }): GuardVerdict | undefined {
  const guard = question.guards[at.guard];
  if (guard === undefined) return undefined;
  const points = (side: Side) => pointsOf(question.evidence, { step: question.step, guard: at.guard, side });
  const treated = points(at.side);
  const control = hasControl(question, guard, question.step) ? points(CONTROL) : undefined;
  const [t, c] = [treated.map(([, value]) => value), control?.map(([, value]) => value)];
  const counts = { treated: countOf(t), ...(c !== undefined && { control: countOf(c) }) };
  const say = (verdict: GuardVerdict["verdict"], reason: Reason): GuardVerdict => {
    return { ...at, verdict, reason, weaker: true, ...counts };
  };
  if (breaksLimit(guard, t)) return say("fail", "limit");
  if (c !== undefined && foundWorse(guard, t, c)) return say("fail", "comparison");
  if (c === undefined && guard.limit === undefined) return say("pass", "noControl");
  if (isSilent(question, treated, control)) return say("noData", "noData");
  if (Math.min(t.length, c?.length ?? t.length) < MINIMUM_READINGS) return say("wait", "minimum");
  if (c === undefined) return say("pass", "noControl");
  if (guard.pass === "unrefuted") return say("pass", "unrefuted");
  return foundNoHarm(guard, t, c) ? say("pass", "shown") : say("wait", "notShown");
}

/**
 * Every how many `READING_MS` a source is read: less often the longer a step is held, so that a step of weeks has some
 * thousand readings. All of them are kept, from the first on: looks at a series whose beginning is let go would be so many
 * first looks, and sooner or later one of them finds harm in nothing.
 */
export function readingEvery({ guards, treated, heldMs }: Pick<Question, "guards" | "treated" | "heldMs">): number {
  const read = guards.filter(({ source }) => source.kind === "prometheus" || source.kind === "http").length;
  const series = read * (Object.keys(treated).length + 1);
  return Math.max(1, Math.floor((heldMs * series) / (READINGS * READING_MS)));
}

type Points = readonly (readonly [at: number, value: number])[];

function pointsOf(evidence: ReleaseEvidence, which: { step: number; guard: number; side: Side }): Points {
  const found = evidence.readings.find(
    ({ step, guard, side }) => step === which.step && guard === which.guard && side === which.side,
  );
  return found?.points ?? [];
}

function countOf(values: readonly number[]): SideCount {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return { outcomes: values.length, ...(middle !== undefined && { value: middle }) };
}

function breaksLimit({ limit, higherIsWorse }: Guard, values: readonly number[]): boolean {
  if (limit === undefined) return false;
  const over = (value: number) => (higherIsWorse ? value > limit : value < limit);
  return values.some((_, at) => {
    const row = values.slice(at, at + OVER_LIMIT);
    return row.length === OVER_LIMIT && row.every(over);
  });
}

/** The control as it would be at the line. */
function atLine(guard: Guard, tolerance: Tolerance, control: readonly number[]): readonly number[] {
  const { ratio, shift } = lineOf(tolerance, guard);
  return control.map((value) => value * ratioAt(ratio, value) + shift);
}

function foundWorse(guard: Guard, treated: readonly number[], control: readonly number[]): boolean {
  const line = atLine(guard, guard.tolerance, control);
  return guard.higherIsWorse ? foundLarger(treated, line, LEVEL) : foundLarger(line, treated, LEVEL);
}

function foundNoHarm(guard: Guard, treated: readonly number[], control: readonly number[]): boolean {
  const line = atLine(guard, guard.pass === "tolerance" ? guard.tolerance : guard.harm, control);
  return guard.higherIsWorse ? foundLarger(line, treated, LEVEL) : foundLarger(treated, line, LEVEL);
}

function isSilent(question: Question, treated: Points, control: Points = treated): boolean {
  const { now, heldMs } = question;
  const silenceMs = 3 * READING_MS * readingEvery(question);
  const last = Math.min(
    treated.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY,
    control.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY,
  );
  return Number.isFinite(last) ? now - last > silenceMs : heldMs > silenceMs;
}
