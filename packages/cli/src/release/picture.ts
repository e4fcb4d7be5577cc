/** A release in a few lines: where it is, what each guard sees, and what it waits for. Pure. */
import type { TargetingName } from "@bannerol/admin-client";
import { durationMs } from "@bannerol/protocol";
import type { ReleaseForm } from "@bannerol/protocol/schemas";
import { bar } from "../output/bar.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { widthOf } from "../output/table.ts";
import { guardLines } from "./guard-lines.ts";
import { timeText } from "./time-text.ts";

const WIDTH = 24;

/** `columns`: how wide it may be; what is one line for most is several on a narrow terminal. */
export function releasePicture(
  name: TargetingName,
  release: ReleaseForm,
  colours: Colours,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { id } = release;
  const where = `${colours.bold(printable(name.flag))} in ${printable(name.environment)}`;
  return [
    `${where}, release ${printable(id)}: ${stateWords(release, colours)}`,
    ...progressLines(release, colours, columns),
    ...guardLines(release, colours, columns),
    ...warningLines(release, colours),
    ...waitingLine(name, release),
    ...(release.reason === undefined ? [] : [printable(release.reason)]),
  ].join("\n");
}

function progressLines(release: ReleaseForm, colours: Colours, columns: number): readonly string[] {
  const { percentage, steps, step, segment } = release;
  const whom = segment === undefined ? "" : ` of the segment ${printable(segment)}`;
  const planned = stepsLine(release, colours);
  if (!hasBegun(release)) return [`${planned} %${whom}`];
  const reached = `${bar(percentage / 100, WIDTH)} ${percentage} %${whom}, step ${step + 1} of ${steps.length}`;
  const both = `${reached}  ${planned}`;
  return widthOf(both) <= columns ? [both] : [reached, planned];
}

/** Guards of one metric warn of the same. */
function warningLines({ verdict }: ReleaseForm, colours: Colours): readonly string[] {
  const warnings = new Set(verdict?.guards.flatMap((look) => look.warnings ?? []));
  return [...warnings].map((warning) => colours.yellow(printable(warning)));
}

/** The same on one line, for a log: `running, step 2 of 5, 5 %: The step is held for its time.` */
export function releaseLine(release: ReleaseForm): string {
  const { state, step, steps, percentage, verdict, reason, startsAt } = release;
  if (startsAt !== undefined) return `${state}, begins at ${printable(startsAt)}`;
  const why = reason ?? verdict?.says;
  const reached = hasBegun(release) ? `, step ${step + 1} of ${steps.length}, ${percentage} %` : " before it began";
  return `${state}${reached}${why === undefined ? "" : `: ${printable(why)}`}`;
}

/** Whether it ever gave anybody anything: one that waited for its time may be aborted before. */
function hasBegun({ state, percentage, steps, step }: ReleaseForm): boolean {
  return state !== "scheduled" && percentage >= (steps[step]?.percentage ?? 0);
}

function stateWords({ state, pausedBy }: ReleaseForm, colours: Colours): string {
  switch (state) {
    case "running":
      return colours.cyan("running");
    case "paused":
      return colours.yellow(`paused by ${printable(pausedBy ?? "somebody")}`);
    case "completed":
      return colours.green("completed");
    case "rolledBack":
      return colours.red("rolled back");
    case "aborted":
      return colours.red("aborted");
    case "scheduled":
      return "scheduled";
  }
}

function stepsLine(release: ReleaseForm, colours: Colours): string {
  const { steps, step, state } = release;
  const shown = steps.map(({ percentage, approval }, at) => {
    const text = `${percentage}${approval === true ? "?" : ""}`;
    if (at < step || state === "completed") return colours.green(text);
    return at === step && hasBegun(release) ? colours.bold(`[${text}]`) : colours.dim(text);
  });
  return shown.join(colours.dim(" → "));
}

const waiting = {
  hold: "for its hold",
  guards: "for its guards",
  data: "for data: no outcome comes in",
  approval: "for an approval",
  freeze: "for the end of a freeze",
} as const;

function waitingLine({ flag, environment }: TargetingName, release: ReleaseForm): readonly string[] {
  const { waitsFor, steps, step, heldMs, verdict, startsAt, maxHold } = release;
  if (startsAt !== undefined) {
    return [`Begins ${waitsFor === "freeze" ? "once the freeze is over, due since" : "at"} ${printable(startsAt)}`];
  }
  if (waitsFor === undefined) return [];
  const hold = durationMs(steps[step]?.hold ?? "0s") ?? 0;
  const left = waitsFor === "hold" ? Math.max(hold - heldMs, 0) : waitsFor === "guards" ? verdict?.neededMs : undefined;
  const time = typeof left === "number" ? `, ${timeText(left)} left` : "";
  const longest = maxHold === undefined ? 10 * hold : (durationMs(maxHold) ?? 0);
  // Where outcomes are missing, waiting has no end by itself.
  const ends = waitsFor === "guards" && verdict?.reason !== "sampleRatio";
  const most = ends ? `, at most ${timeText(longest)}` : "";
  const held = `${timeText(heldMs)}${heldMs <= hold ? ` of ${timeText(hold)}` : most}`;
  const line = `Waits ${waiting[waitsFor]}${time}; held ${held}`;
  if (waitsFor !== "approval") return [line];
  return [line, `Give it: bannerol release approve ${printable(flag)} --env ${printable(environment)}`];
}
