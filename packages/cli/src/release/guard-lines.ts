/** What each guard of a release sees: both sides, how they compare, and what follows. Pure. */
import type { GuardInput, Judgement, ReleaseForm } from "@bannerol/protocol/schemas";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table, widthOf } from "../output/table.ts";

type Look = Judgement["guards"][number];

/** A guard a line; on a terminal that is too narrow for it, a side a line. */
export function guardLines(
  { guards, verdict }: Pick<ReleaseForm, "guards" | "verdict">,
  colours: Colours,
  columns: number,
): readonly string[] {
  if (verdict === undefined || verdict.guards.length === 0) return [];
  const rows = verdict.guards.map((look) => {
    const guard = guards[look.guard];
    return {
      what: `  ${printable(`${guard?.metric ?? ""} ${guard?.measure ?? ""}`)}`,
      treated: `${printable(look.side)} ${sideText(look.treated, guard)}`,
      control: look.control === undefined ? "" : `control ${sideText(look.control, guard)}`,
      interval: intervalText(look),
      words: lookWords(look, colours),
    };
  });
  const wide = table(rows.map((row) => Object.values(row))).split("\n");
  if (wide.every((line) => widthOf(line) <= columns)) return wide;
  return rows.flatMap(({ what, treated, control, interval, words }) => [
    `${what}  ${words}`,
    `    ${treated}`,
    ...(control === "" ? [] : [`    ${control}`]),
    ...(interval === "" ? [] : [`    ${interval}`]),
  ]);
}

function sideText({ outcomes, value }: Look["treated"], guard: GuardInput | undefined): string {
  const measured = value === undefined || value === null ? "–" : measuredText(value, guard);
  return `${measured} of ${outcomes.toLocaleString("en")}${isOutside(guard) ? " readings" : ""}`;
}

function measuredText(value: number, guard: GuardInput | undefined): string {
  if (isOutside(guard) || guard?.measure === "value") return digits(value);
  return guard?.measure === "latency" ? `${digits(value)} ms` : `${digits(value * 100)} %`;
}

/** Its numbers are what a source answers, in a unit of its own. */
function isOutside(guard: GuardInput | undefined): boolean {
  return typeof guard?.source === "object";
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Bounds of treated over control. */
function intervalText({ atLeast, atMost }: Look): string {
  if (typeof atLeast !== "number" && typeof atMost !== "number") return "";
  if (typeof atLeast !== "number") return `at most ${digits(atMost ?? 0)} ×`;
  return typeof atMost === "number" ? `${digits(atLeast)} to ${digits(atMost)} ×` : `at least ${digits(atLeast)} ×`;
}

const waitsFor: { readonly [reason: string]: string } = {
  minimum: "too few outcomes yet",
  notShown: "harm is not ruled out yet",
  sampleRatio: "one side has too many or too few outcomes",
};

function lookWords({ verdict, reason }: Look, colours: Colours): string {
  switch (verdict) {
    case "fail":
      return colours.red("fails");
    case "pass":
      return colours.green("passes");
    case "noData":
      return colours.yellow("no data");
    case "wait":
      return colours.yellow(waitsFor[reason] ?? reason);
  }
}
