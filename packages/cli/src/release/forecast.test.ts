import type { ReleaseForecast } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import { coloursFor } from "../output/colour.ts";
import { forecastText } from "./forecast.ts";

const plain = coloursFor(false, {});
const steps = [1, 100].map((percentage) => ({ percentage, hold: "10m" }));
const guards = [{ metric: "checkout", measure: "errors" } as const];
const item = { step: 0, guard: 0, says: "…", detectOutcomes: 2_367, passOutcomes: 457 };
const told = (forecast: ReleaseForecast) => forecastText(forecast, { steps, guards }, plain);

describe("the forecast of a release", () => {
  it("says when each guard will know, and how long all of it takes", () => {
    const items = [{ ...item, detectMs: 240_000, neededMs: 36_000 }];
    expect(told({ items, perSecond: 493.2, lastsMs: 1_200_000 })).toBe(
      [
        "STEP  GUARD            HARM RULED OUT      TWICE THE FAILURES SEEN",
        "1 %   checkout errors  457 outcomes, 36 s  2,367 outcomes, 4 min",
        "The flag was asked for 490 times a second; with an outcome each time its 2 steps take about 20 min where nothing is wrong.",
      ].join("\n"),
    );
  });

  it.each<[string, Partial<ReleaseForecast>, string]>([
    ["nobody has asked", { items: [item] }, "how long guards need is not known: its 2 steps take at least 20 min."],
    ["no guard can be foreseen", { items: [], perSecond: 5 }, "By their holds alone its 2 steps take 20 min."],
    ["a step takes too long", { items: [{ ...item, warning: "Begin with 5 %." }], perSecond: 5 }, "\nBegin with 5 %."],
  ])("says where %s", (_, forecast, expected) => {
    expect(told({ items: [], lastsMs: 1_200_000, ...forecast })).toContain(expected);
  });
});
