import { describe, expect, it } from "vitest";
import { Words } from "../words.ts";
import { readRelease } from "./words.ts";

const typed = (options: object) =>
  readRelease(new Words(new Map(), new Map(Object.entries({ steps: "1,25,100", ...options }))));

describe("a release as it is typed", () => {
  it("has a hold at each step, and approvals where they are named", () => {
    expect(typed({ every: "2h", approval: ["100"] })).toEqual({
      steps: [
        { percentage: 1, hold: "2h" },
        { percentage: 25, hold: "2h" },
        { percentage: 100, hold: "2h", approval: true },
      ],
      guards: [],
    });
  });

  it("takes the rest as it is", () => {
    const rest = { variant: "blue", segment: "staff", onBreach: "pause", onInconclusive: "advance", maxHold: "1d" };
    expect(typed(rest)).toMatchObject(rest);
    expect(typed({ at: "2026-12-01 09:00 Europe/Berlin" })).toMatchObject({ at: "2026-12-01T08:00:00.000Z" });
  });

  it.each([
    ["checkout:errors", { metric: "checkout", measure: "errors" }],
    ["checkout:errors:10%", { metric: "checkout", measure: "errors", tolerance: { relative: 0.1 } }],
    ["checkout:errors:0.02", { metric: "checkout", measure: "errors", tolerance: { absolute: 0.02 } }],
    ["checkout:errors:limit=2%", { metric: "checkout", measure: "errors", limit: 0.02 }],
    ["a/b:latency:50ms", { metric: "a/b", measure: "latency", tolerance: { absolute: 50 } }],
    [
      "checkout:latency:5%:quantile=0.99:limit=800ms:pass=unrefuted:after=30s:minimum=10:harm=50%",
      {
        metric: "checkout",
        measure: "latency",
        tolerance: { relative: 0.05 },
        quantile: 0.99,
        limit: 800,
        pass: "unrefuted",
        after: "30s",
        minimum: 10,
        harm: { relative: 0.5 },
      },
    ],
    ["search:value:worse=higher:cap=50", { metric: "search", measure: "value", higherIsWorse: true, cap: 50 }],
    ["calls:latency:worse=lower", { metric: "calls", measure: "latency", higherIsWorse: false }],
  ])("the guard %s", (text, guard) => expect(typed({ guard: [text] }).guards).toEqual([guard]));

  it.each([
    [{ guard: ["checkout"] }, /the measure is one of errors/],
    [{ guard: [":errors"] }, /the measure is one of/],
    [{ guard: ["checkout:luck"] }, /the measure is one of/],
    [{ guard: ["checkout:errors:much"] }, /a tolerance is/],
    [{ guard: ["checkout:errors:speed=1"] }, /speed is none of/],
    [{ guard: ["checkout:errors:limit=low"] }, /limit is a number/],
    [{ guard: ["checkout:latency:limit=2%"] }, /a limit of latency is a time, like 800ms/],
    [{ guard: ["basket:value:limit=2%"] }, /a limit of value is a number/],
    [{ guard: ["checkout:errors:limit=20ms"] }, /a limit of errors is a share/],
    [{ guard: ["checkout:errors:pass=maybe"] }, /pass is shown/],
    [{ guard: ["checkout:value:worse=more"] }, /worse is higher or lower/],
    [{ steps: "1,half" }, /0 to 100/],
    [{ every: "soon" }, /--every is a time/],
    [{ maxHold: "5" }, /--max-hold is a time/],
    [{ approval: ["50"] }, /--approval 50 names no step/],
  ])("%j is refused, and why is said", (options, why) => expect(() => typed(options)).toThrow(why));
});
