/** Guards that cannot mean what they say: refused, where they would be passed over else. Pure. */
import type { FieldProblem } from "@bannerol/protocol";
import { durationText } from "./form.ts";
import type { Guard } from "./judge/guard.ts";
import { watchedMetric } from "./judge/watches.ts";

export function wrongGuards(guards: readonly Guard[]): readonly FieldProblem[] {
  return guards.flatMap((guard, at) => [...useless(guard, at), ...sharedOtherwise(guards, at)]);
}

/** What this kind of guard has no use for. */
function useless({ measure, source, afterMs, cap }: Guard, at: number): readonly FieldProblem[] {
  const isOutside = source.kind === "prometheus" || source.kind === "http";
  const problems: FieldProblem[] = [];
  if (cap !== undefined && (isOutside || measure !== "value")) {
    const message = "A cap cuts the values that an application tracks; this guard compares none. Leave it out.";
    problems.push({ path: `guards[${at}].cap`, message });
  }
  if (afterMs > 0 && isOutside) {
    const message =
      "It leaves out what an application tracks too early; a source is read from the step's start. Leave it out.";
    problems.push({ path: `guards[${at}].after`, message });
  }
  return problems;
}

/** Outcomes of one metric are summed once, for all guards of it: they cannot be cut, or begin, in two ways. */
function sharedOtherwise(guards: readonly Guard[], at: number): readonly FieldProblem[] {
  const guard = guards[at];
  const metric = guard && watchedMetric(guard);
  if (guard === undefined || metric === undefined) return [];
  const earlier = guards.slice(0, at).filter((one) => watchedMetric(one) === metric);
  const [first] = earlier;
  const problems: FieldProblem[] = [];
  if (first !== undefined && first.afterMs !== guard.afterMs) {
    const message = `It is ${durationText(guard.afterMs)}, and ${durationText(first.afterMs)} for another guard of ${guard.metric}: outcomes of one metric are summed once. Give both the same, or track it under a second name.`;
    problems.push({ path: `guards[${at}].after`, message });
  }
  const other = guard.measure === "value" ? earlier.find(({ measure }) => measure === "value") : undefined;
  if (other !== undefined && other.cap !== guard.cap) {
    const message = `It is ${guard.cap ?? "none"}, and ${other.cap ?? "none"} for another guard of ${guard.metric}: values of one metric are summed once. Give both the same, or track it under a second name.`;
    problems.push({ path: `guards[${at}].cap`, message });
  }
  return problems;
}
