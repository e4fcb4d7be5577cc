/** A release in a few lines: where it is, what each guard sees, and what it waits for. Pure. */
import type { TargetingName } from "@bannerol/admin-client";
import { durationMs } from "@bannerol/protocol";
import type { Judgement, ReleaseForm } from "@bannerol/protocol/schemas";
import { bar } from "../output/bar.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

const WIDTH = 24;

type Look = Judgement["guards"][number];

export function releasePicture(name: TargetingName, release: ReleaseForm, colours: Colours): string {
  const { id, percentage, steps, step, segment } = release;
  const where = `${colours.bold(printable(name.flag))} in ${printable(name.environment)}`;
  const whom = segment === undefined ? "" : ` of the segment ${printable(segment)}`;
  return [
    `${where}, release ${printable(id)}: ${stateWords(release, colours)}`,
    `${bar(percentage / 100, WIDTH)} ${percentage} %${whom}, step ${step + 1} of ${steps.length}  ${stepsLine(release, colours)}`,
    ...guardLines(release, colours),
    ...waitingLine(release),
    ...(release.reason === undefined ? [] : [printable(release.reason)]),
  ].join("\n");
}

/** The same on one line, for a log: `running, step 2 of 5, 5 %: The step is held for its time.` */
export function releaseLine(release: ReleaseForm): string {
  const { state, step, steps, percentage, verdict, reason } = release;
  const why = reason ?? verdict?.says;
  return `${state}, step ${step + 1} of ${steps.length}, ${percentage} %${why === undefined ? "" : `: ${printable(why)}`}`;
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

function stepsLine({ steps, step, state }: ReleaseForm, colours: Colours): string {
  const shown = steps.map(({ percentage, approval }, at) => {
    const text = `${percentage}${approval === true ? "?" : ""}`;
    if (at < step || state === "completed") return colours.green(text);
    return at === step ? colours.bold(`[${text}]`) : colours.dim(text);
  });
  return shown.join(colours.dim(" → "));
}

function guardLines({ guards, verdict }: ReleaseForm, colours: Colours): readonly string[] {
  if (verdict === undefined || verdict.guards.length === 0) return [];
  const rows = verdict.guards.map((look) => {
    const guard = guards[look.guard];
    const what = `${guard?.metric ?? ""} ${guard?.measure ?? ""}`;
    const unit = unitOf(guard?.measure);
    return [
      `  ${printable(what)}`,
      `${printable(look.side)} ${sideText(look.treated, unit)}`,
      look.control === undefined ? "" : `control ${sideText(look.control, unit)}`,
      intervalText(look),
      lookWords(look, colours),
    ];
  });
  return [table(rows)];
}

type Unit = (value: number) => string;

function unitOf(measure: string | undefined): Unit {
  if (measure === "latency") return (value) => `${digits(value)} ms`;
  return measure === "value" ? digits : (value) => `${digits(value * 100)} %`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function sideText({ outcomes, value }: Look["treated"], unit: Unit): string {
  const measured = value === undefined || value === null ? "–" : unit(value);
  return `${measured} of ${outcomes.toLocaleString("en")}`;
}

/** Bounds of treated over control. */
function intervalText({ atLeast, atMost }: Look): string {
  if (typeof atLeast !== "number" && typeof atMost !== "number") return "";
  const [low, high] = [atLeast, atMost].map((bound) => (typeof bound === "number" ? digits(bound) : "?"));
  return `${low}–${high} ×`;
}

function lookWords({ verdict, reason }: Look, colours: Colours): string {
  const words = `${verdict === "noData" ? "no data" : verdict}${verdict === "wait" ? ` (${reason})` : ""}`;
  if (verdict === "fail") return colours.red(words);
  return verdict === "pass" ? colours.green(words) : colours.yellow(words);
}

const waiting = {
  hold: "for its hold",
  guards: "for its guards",
  data: "for data: no outcome comes in",
  approval: "for an approval: bannerol release approve",
} as const;

function waitingLine({ waitsFor, steps, step, heldMs, verdict, startsAt }: ReleaseForm): readonly string[] {
  if (startsAt !== undefined) return [`Begins at ${printable(startsAt)}`];
  if (waitsFor === undefined) return [];
  const hold = durationMs(steps[step]?.hold ?? "0s") ?? 0;
  const left = waitsFor === "hold" ? Math.max(hold - heldMs, 0) : waitsFor === "guards" ? verdict?.neededMs : undefined;
  const time = typeof left === "number" ? `, ${timeText(left)} left` : "";
  return [`Waits ${waiting[waitsFor]}${time}; held ${timeText(heldMs)} of ${timeText(hold)}`];
}

function timeText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
