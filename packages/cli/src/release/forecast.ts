/** How long a release will take, and what its guards will be able to see, before it begins. Pure. */
import type { ReleaseForecast, ReleaseStart } from "@bannerol/protocol/schemas";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { timeText } from "./time-text.ts";

export function forecastText(forecast: ReleaseForecast, asked: ReleaseStart, colours: Colours): string {
  const warnings = forecast.items.flatMap(({ warning }) => warning ?? []);
  return [
    ...(forecast.items.length === 0 ? [] : [guardTable(forecast, asked, colours)]),
    lastsText(forecast, asked),
    ...warnings.map((warning) => colours.yellow(printable(warning))),
  ].join("\n");
}

function guardTable({ items }: ReleaseForecast, { steps, guards = [] }: ReleaseStart, colours: Colours): string {
  const head = ["STEP", "GUARD", "HARM RULED OUT", "TWICE THE FAILURES SEEN"].map((cell) => colours.dim(cell));
  const rows = items.map(({ step, guard: at, passOutcomes, neededMs, detectOutcomes, detectMs }) => {
    const guard = guards[at];
    return [
      `${steps[step]?.percentage} %`,
      printable(`${guard?.metric} ${guard?.measure}`),
      afterText(passOutcomes, neededMs),
      afterText(detectOutcomes, detectMs),
    ];
  });
  return table([head, ...rows]);
}

/** Of those who have it. */
function afterText(outcomes: number, ms: number | undefined): string {
  return `${outcomes.toLocaleString("en")} outcomes${ms === undefined ? "" : `, ${timeText(ms)}`}`;
}

function lastsText({ items, perSecond, lastsMs }: ReleaseForecast, { steps }: ReleaseStart): string {
  const [its, time] = [steps.length === 1 ? "its step takes" : `its ${steps.length} steps take`, timeText(lastsMs)];
  if (items.length === 0) return `By their holds alone ${its} ${time}.`;
  if (perSecond === undefined) {
    return `Nobody asked for the flag in the last hour, so how long guards need is not known: ${its} at least ${time}.`;
  }
  const rate = Number(perSecond.toPrecision(2)).toLocaleString("en");
  return `The flag was asked for ${rate} times a second; with an outcome each time ${its} about ${time} where nothing is wrong.`;
}
