/**
 * Judges a step of a release: pure, and the same to the bit for the same question.
 *
 *     guard × treated side ─► look: limit, sample ratio, comparison, what is shown
 *                                └─► all looks ─► fail | wait | noData | pass | inconclusive
 *
 * A comparison fails by the mean of the guards' e-values, each over where in the plan harm may have begun: the mean of
 * e-values is an e-value whatever hangs together with what (Vovk & Wang 2021, E-values: calibration, combination and
 * applications, Annals of Statistics). To pass, every guard must, at its own level (Berger 1982).
 */
import type { Side } from "./evidence.ts";
import type { Guard } from "./guard.ts";
import { CANDIDATE, lookAt } from "./look.ts";
import { lookAtReadings } from "./readings.ts";
import { lnMeanExp } from "./statistics/mixture.ts";
import type { GuardVerdict, Question, Reason, Verdict } from "./verdict.ts";
import { sayVerdict } from "./words.ts";

/** Of a release: how often a good one may be rolled back. */
const ALPHA = 0.05;
export const LN_FAIL = Math.log(1 / ALPHA);

export function judge(question: Question): Verdict {
  const guards = question.guards.flatMap((guard, position) =>
    sidesOf(question, guard).flatMap((side) => look(question, { guard: position, side }) ?? []),
  );
  const lnRelease = lnOfRelease(guards);
  const decided = decide(question, guards, lnRelease);
  const whole = { ...decided, lnRelease, guards };
  return { ...whole, says: sayVerdict(question, whole) };
}

/** Where a side lacks outcomes its comparison means nothing, and counts as nothing among the others. */
function lnOfRelease(guards: readonly GuardVerdict[]): number {
  const compared = guards.filter(({ lnRelease }) => lnRelease !== undefined);
  const sound = compared.filter(isSound);
  if (sound.length === 0) return 0;
  return lnMeanExp(sound.map(({ lnRelease = 0 }) => lnRelease)) + Math.log(sound.length / compared.length);
}

const isSound = ({ reason }: GuardVerdict): boolean => reason !== "sampleRatio";

function sidesOf({ treated }: Question, { source }: Guard): readonly Side[] {
  return source.kind === "parallel" ? [CANDIDATE] : Object.keys(treated).sort();
}

function look(question: Question, at: { guard: number; side: Side }): GuardVerdict | undefined {
  const kind = question.guards[at.guard]?.source.kind;
  return kind === "prometheus" || kind === "http" ? lookAtReadings(question, at) : lookAt(question, at);
}

type Decided = Pick<Verdict, "verdict" | "reason" | "culprit" | "neededMs">;

/** What is shown goes before what is missing: a comparison that failed has failed, though data stopped after it. */
function decide(question: Question, guards: readonly GuardVerdict[], lnRelease: number): Decided {
  const first = (reason: Reason) => guards.find((one) => one.reason === reason);
  const broken = first("limit");
  if (broken !== undefined) return blame("fail", broken);
  const worst = mostSuspect(guards.filter(isSound));
  if (lnRelease >= LN_FAIL && worst !== undefined) return { ...blame("fail", worst), reason: "comparison" };
  const failed = guards.find(({ verdict }) => verdict === "fail");
  if (failed !== undefined) return blame("fail", failed);
  const skewed = first("sampleRatio");
  if (skewed !== undefined) return blame("wait", skewed);
  const silent = first("noData");
  if (silent !== undefined) return blame("noData", silent);
  return pace(question, guards);
}

function pace({ heldMs, maxHoldMs, steps, step }: Question, guards: readonly GuardVerdict[]): Decided {
  const holdLeft = (steps[step]?.holdMs ?? 0) - heldMs;
  const waiting = guards.filter(({ verdict }) => verdict !== "pass");
  const needs = waiting.map(({ neededMs }) => neededMs);
  const known = needs.filter((ms) => ms !== undefined);
  const neededMs = Math.max(holdLeft, ...known);
  const needed = known.length === needs.length && neededMs > 0 ? { neededMs } : {};
  if (holdLeft > 0) return { verdict: "wait", reason: "hold", ...needed };
  const [slowest] = waiting;
  if (slowest === undefined) return { verdict: "pass", reason: guards[0]?.reason ?? "unrefuted" };
  const verdict = heldMs >= maxHoldMs ? "inconclusive" : "wait";
  return { ...blame(verdict, slowest), ...needed };
}

function blame(verdict: Verdict["verdict"], { reason, guard }: GuardVerdict): Decided {
  return { verdict, reason, culprit: guard };
}

/** The guard with the largest mean over where harm may have begun. */
function mostSuspect(guards: readonly GuardVerdict[]): GuardVerdict | undefined {
  const compared = guards.filter(({ lnRelease }) => lnRelease !== undefined);
  return compared.reduce<GuardVerdict | undefined>(
    (worst, one) => ((one.lnRelease ?? 0) > (worst?.lnRelease ?? Number.NEGATIVE_INFINITY) ? one : worst),
    undefined,
  );
}
