import type { ReleaseForm } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import { coloursFor } from "../output/colour.ts";
import { widthOf } from "../output/table.ts";
import { releaseLine, releasePicture } from "./picture.ts";

const plain = coloursFor(false, {});
const name = { project: "default", flag: "new-checkout", environment: "production" };
const guard = (metric: string, measure: "errors" | "latency") => ({ metric, measure });
const release: ReleaseForm = {
  id: "abcd1234",
  state: "running",
  step: 1,
  percentage: 5,
  weights: { on: 1 },
  steps: [1, 5, 25, 50, 100].map((percentage) => ({ percentage, hold: "10m" })),
  guards: [
    guard("checkout", "errors"),
    guard("checkout", "latency"),
    { ...guard("load", "errors"), source: { prometheus: "up" } },
  ],
  onBreach: "rollback",
  onInconclusive: "pause",
  since: "2026-01-31T12:00:00.000Z",
  heldMs: 700_000,
  waitsFor: "guards",
  revision: 7,
  verdict: {
    verdict: "wait",
    reason: "notShown",
    says: "checkout errors: harm is not ruled out yet.",
    neededMs: 95_000,
    guards: [
      {
        ...{ guard: 0, side: "on", verdict: "wait", reason: "notShown", atLeast: 0.43, atMost: 2.12 },
        ...{ treated: { outcomes: 328, value: 0.0122 }, control: { outcomes: 34_603, value: 0.01 } },
      },
      {
        ...{ guard: 1, side: "on", verdict: "pass", reason: "shown", atMost: 1.3 },
        ...{ treated: { outcomes: 328, value: 64.1 }, control: { outcomes: 34_603, value: 56.8 } },
      },
      {
        ...{ guard: 2, side: "on", verdict: "noData", reason: "noData" },
        ...{ treated: { outcomes: 3, value: 4.5 }, control: { outcomes: 0 } },
      },
    ],
  },
};

describe("the picture of a release", () => {
  it("has a guard a line where there is room for it", () => {
    expect(releasePicture(name, release, plain).split("\n")).toEqual([
      "new-checkout in production, release abcd1234: running",
      "█░░░░░░░░░░░░░░░░░░░░░░░ 5 %, step 2 of 5  1 → [5] → 25 → 50 → 100",
      "  checkout errors   on 1.22 % of 328      control 1 % of 34,603      0.43 to 2.12 ×  harm is not ruled out yet",
      "  checkout latency  on 64.1 ms of 328     control 56.8 ms of 34,603  at most 1.3 ×   passes",
      "  load errors       on 4.5 of 3 readings  control – of 0 readings                    no data",
      "Waits for its guards, 1 min 35 s left; held 11 min 40 s, at most 1 h 40 min",
    ]);
  });

  it("has a side a line on a narrow terminal", () => {
    const lines = releasePicture(name, release, plain, 60).split("\n");
    expect(lines.slice(1, 8)).toEqual([
      "█░░░░░░░░░░░░░░░░░░░░░░░ 5 %, step 2 of 5",
      "1 → [5] → 25 → 50 → 100",
      "  checkout errors  harm is not ruled out yet",
      "    on 1.22 % of 328",
      "    control 1 % of 34,603",
      "    0.43 to 2.12 ×",
      "  checkout latency  passes",
    ]);
  });

  it("tells once what to know of the data", () => {
    const warnings = ["One value of basket is 2 % of the control's total. Give the guard a cap."];
    const look = {
      guard: 0,
      side: "on",
      verdict: "wait" as const,
      reason: "notShown",
      treated: { outcomes: 5 },
      warnings,
    };
    const verdict = { verdict: "wait" as const, reason: "notShown", says: "…", guards: [look, look] };
    const lines = releasePicture(name, { ...release, verdict }, plain).split("\n");
    expect(lines.filter((line) => line === warnings[0])).toHaveLength(1);
  });

  it("promises no end where outcomes are missing on one side", () => {
    const verdict = { verdict: "wait" as const, reason: "sampleRatio", says: "…", guards: [] };
    const lines = releasePicture(name, { ...release, verdict }, plain).split("\n");
    expect(lines.at(-1)).toBe("Waits for its guards; held 11 min 40 s");
  });

  it("says how the approval is given that it waits for", () => {
    const lines = releasePicture(name, { ...release, waitsFor: "approval" }, plain).split("\n");
    expect(lines.slice(-2)).toEqual([
      "Waits for an approval; held 11 min 40 s",
      "Give it: bannerol release approve new-checkout --env production",
    ]);
  });

  it("has no share before it begins", () => {
    const startsAt = "2026-12-01T08:00:00.000Z";
    const { verdict: _, waitsFor: __, ...rest } = release;
    const waiting = { ...rest, state: "scheduled", step: 0, percentage: 0, startsAt } as const;
    expect(releasePicture(name, waiting, plain).split("\n")).toEqual([
      "new-checkout in production, release abcd1234: scheduled",
      "1 → 5 → 25 → 50 → 100 %",
      "Begins at 2026-12-01T08:00:00.000Z",
    ]);
    expect(releaseLine(waiting)).toBe("scheduled, begins at 2026-12-01T08:00:00.000Z");
  });

  it("has no share where it is aborted before it began", () => {
    const { verdict: _, waitsFor: __, ...rest } = release;
    const aborted = { ...rest, state: "aborted", step: 0, percentage: 0, reason: "Cancelled by ada." } as const;
    expect(releasePicture(name, aborted, plain).split("\n").slice(1)).toEqual([
      "1 → 5 → 25 → 50 → 100 %",
      "Cancelled by ada.",
    ]);
    expect(releaseLine(aborted)).toBe("aborted before it began: Cancelled by ada.");
  });

  it("says that it is frozen", () => {
    expect(releasePicture(name, { ...release, waitsFor: "freeze" }, plain)).toContain("Waits for the end of a freeze;");
    const { verdict: _, ...rest } = release;
    const due = { ...rest, state: "scheduled", startsAt: "2026-12-01T08:00:00.000Z", waitsFor: "freeze" } as const;
    expect(releasePicture(name, due, plain)).toContain("Begins once the freeze is over, due since 2026-12-01T08:00");
  });

  it.each([60, 80, 100, 120, 200])("fits %d columns, but for sentences", (columns) => {
    const lines = releasePicture(name, release, plain, columns).split("\n").slice(0, -1);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });
});
