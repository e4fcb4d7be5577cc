/** A verdict in words, for people who were woken by it. */
import type { Guard } from "./guard.ts";
import { MINIMUM_VALUES } from "./measures/value.ts";
import type { GuardVerdict, Question, SideCount, Verdict } from "./verdict.ts";

type Unsaid = Omit<Verdict, "says">;

export function sayVerdict(question: Question, verdict: Unsaid): string {
  const { culprit, reason } = verdict;
  const looks = verdict.guards.filter(({ guard }) => guard === culprit);
  const one = looks.find((look) => look.reason === reason) ?? worstOf(looks);
  const guard = culprit === undefined ? undefined : question.guards[culprit];
  if (one === undefined || guard === undefined) return sayAll(question, verdict);
  return `${nameOf(guard)}: ${sayGuard(guard, one, verdict)}`;
}

function worstOf(looks: readonly GuardVerdict[]): GuardVerdict | undefined {
  return [...looks].sort((a, b) => (b.lnRelease ?? 0) - (a.lnRelease ?? 0))[0];
}

function sayAll({ guards }: Question, { verdict, reason, guards: looks }: Unsaid): string {
  if (verdict === "wait") return "The step is held for its time.";
  if (guards.length === 0) return "The hold is over, and nothing guards the step.";
  if (reason === "noControl") return "Everybody has it: there is nobody to compare with, and no limit is broken.";
  const shown = looks.flatMap((look) => {
    const guard = guards[look.guard];
    return guard === undefined || look.reason !== "shown" ? [] : [`${nameOf(guard)} ${sayShown(guard, look)}`];
  });
  return shown.length === 0
    ? "No harm was seen, and none was to be ruled out."
    : `Harm is ruled out: ${shown.join(", ")}.`;
}

/** Where nothing failed on either side there is no ratio to bound. */
function sayShown(guard: Guard, look: GuardVerdict): string {
  const slow = guard.measure === "latency" ? " as many slow ones" : "";
  const bound = guard.higherIsWorse ? sayBound("at most", look.atMost) : sayBound("at least", look.atLeast);
  return bound === undefined ? sayNumbers(guard, look) : `${bound} ×${slow}`;
}

/** By how much at least, in the direction in which this guard's metric gets worse. */
function sayWorse(guard: Guard, look: GuardVerdict): string {
  const bound = guard.higherIsWorse ? sayBound("at least", look.atLeast) : sayBound("at most", look.atMost);
  if (bound === undefined) return "";
  return guard.measure === "latency" ? `, ${bound} times as many slow ones` : `, ${bound} times the control`;
}

function sayBound(side: "at least" | "at most", bound: number | undefined): string | undefined {
  return bound === undefined ? undefined : `${side} ${round(bound)}`;
}

/** What is missing: outcomes, or, where these are there, values that tell something. */
function sayMinimum(guard: Guard, look: GuardVerdict, neededMs: number | undefined): string {
  const { treated, control = treated } = look;
  const numbers = sayNumbers(guard, look);
  if (Math.min(treated.outcomes, control.outcomes) >= guard.minimum)
    return `too few values that are not zero yet: ${numbers}, and ${MINIMUM_VALUES} of these are wanted a side.`;
  return `too few outcomes yet: ${numbers}, and ${guard.minimum} are wanted a side${sayNeeded(neededMs)}.`;
}

function sayGuard(guard: Guard, look: GuardVerdict, { reason, neededMs }: Unsaid): string {
  const numbers = sayNumbers(guard, look);
  switch (reason) {
    case "limit":
      return `the limit of ${measured(guard, guard.limit ?? 0)} is broken: ${numbers}.`;
    case "comparison":
      return `worse than is tolerated: ${numbers}${sayWorse(guard, look)}.`;
    case "sampleRatio":
      return `there are not as many outcomes on each side as the shares promise (${numbers}), so the comparison means nothing. Look for outcomes that are lost on one side.`;
    case "noData":
      return look.weaker
        ? "its source does not answer with a number. The release holds until it does; the server's log says what is wrong."
        : "no outcome comes in. The release holds until one does; see that the application tracks this metric.";
    case "minimum":
      return sayMinimum(guard, look, neededMs);
    case "notShown":
      return `harm is not ruled out yet: ${numbers}${sayNeeded(neededMs)}.`;
    default:
      return `${numbers}.`;
  }
}

function sayNeeded(ms: number | undefined): string {
  return ms === undefined ? "" : `; at this traffic about ${sayTime(ms)} more`;
}

function sayNumbers(guard: Guard, { treated, control, weaker }: GuardVerdict): string {
  const own = saySide(guard, treated);
  const both = control === undefined ? own : `${own} against ${saySide(guard, control)}`;
  return weaker ? `${both} readings, the weaker kind` : both;
}

function saySide(guard: Guard, { outcomes, value }: SideCount): string {
  return value === undefined ? "none" : `${measured(guard, value)} of ${outcomes}`;
}

function measured({ measure, source }: Guard, value: number): string {
  if (source.kind === "prometheus" || source.kind === "http" || measure === "value") return `${round(value)}`;
  return measure === "latency" ? `${round(value)} ms` : `${round(value * 100)} %`;
}

function nameOf({ metric, measure, quantile }: Guard): string {
  return `${metric} ${measure}${measure === "latency" ? ` (p${round(quantile * 100)})` : ""}`;
}

/** Three digits are enough to act on. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

function sayTime(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 2) return `${Math.ceil(ms / 1_000)} s`;
  return minutes < 120 ? `${Math.ceil(minutes)} min` : `${round(minutes / 60)} h`;
}
