/** Guards that cannot mean what they say: refused, where they would be passed over else. Pure. */
import type { FieldProblem } from "@bannerol/protocol";
import { durationText } from "./form.ts";
import type { Guard } from "./judge/guard.ts";
import { watchedMetric } from "./judge/watches.ts";

export function wrongGuards(guards: readonly Guard[]): readonly FieldProblem[] {
  return guards.flatMap((guard, at) => [
    ...useless(guard, at),
    ...senseless(guard, at),
    ...sharedOtherwise(guards, at),
  ]);
}

/** What this kind of guard has no use for. */
function useless({ measure, source, afterMs, cap }: Guard, at: number): readonly FieldProblem[] {
  const isOutside = isRead(source);
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

/** What could never pass, never fail, or mislead. */
function senseless({ measure, source, pass, limit, tolerance, higherIsWorse, cap }: Guard, at: number) {
  const problems: FieldProblem[] = [];
  if (measure === "mismatches" && isRead(source)) {
    const message = "Mismatches are told by parallel runs alone. Leave it out, or measure errors.";
    problems.push({ path: `guards[${at}].source`, message });
  }
  if (measure === "value" && source.kind === "parallel") {
    const message = "Parallel runs tell of errors, durations and mismatches, and of no values. Measure one of these.";
    problems.push({ path: `guards[${at}].measure`, message });
  }
  if (measure === "mismatches" && limit === 0 && pass !== "unrefuted") {
    const message =
      "That none differs cannot be shown, so no step would pass. Name how many may: 0.001 for one in a thousand.";
    problems.push({ path: `guards[${at}].limit`, message });
  }
  const isShare = (measure === "errors" || measure === "mismatches") && !isRead(source);
  for (const [field, value = 0] of [
    ["limit", limit],
    ["tolerance.absolute", tolerance.absolute],
  ] as const) {
    if (!isShare || (value >= 0 && value <= 1)) continue;
    problems.push({
      path: `guards[${at}].${field}`,
      message: `It is a share from 0 to 1: 0.02 for 2 %, not ${value}.`,
    });
  }
  if ((measure === "latency" || measure === "mismatches") && !higherIsWorse && !isRead(source)) {
    const message = `Fewer or shorter is never worse of ${measure}. Leave it out.`;
    problems.push({ path: `guards[${at}].higherIsWorse`, message });
  }
  if (measure === "value" && higherIsWorse && cap === undefined && source.kind === "sdk") {
    const message =
      "Where a higher mean is worse, a few large values mislead: name the value above which they are cut.";
    problems.push({ path: `guards[${at}].cap`, message });
  }
  return problems;
}

function isRead({ kind }: Guard["source"]): boolean {
  return kind === "prometheus" || kind === "http";
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
