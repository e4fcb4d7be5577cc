import { describe, expect, it } from "vitest";
import { evidenceFrom, readingRow } from "./sum-rows.ts";

describe("readings", () => {
  it("are a series for each step, guard and side, by their instants, in whatever order they come", () => {
    const read = (guard: number, side: string, at: number) => {
      return { ...readingRow({ release: "abcd1234", step: 0, guard, side, at, value: at * 2 }), at };
    };
    const rows = [read(1, "on", 3), read(0, "", 20), read(0, "on", 2), read(0, "", 3), read(1, "on", 10)];
    const { readings } = evidenceFrom(rows);
    expect(readings).toEqual(evidenceFrom([...rows].reverse()).readings);
    expect(readings).toEqual([
      {
        step: 0,
        guard: 0,
        side: "",
        points: [
          [3, 6],
          [20, 40],
        ],
      },
      { step: 0, guard: 0, side: "on", points: [[2, 4]] },
      {
        step: 0,
        guard: 1,
        side: "on",
        points: [
          [3, 6],
          [10, 20],
        ],
      },
    ]);
  });
});
