import { aFlag } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { checkFlag, watchesOf } from "./index.ts";

const row = { metric: "checkout", release: "abcd1234", step: 0 };
const flag = (watch: unknown) => ({ ...aFlag(), watch });

describe("watchesOf", () => {
  it.each<[string, unknown, number]>([
    ["no row", undefined, 0],
    ["rows", [row, { ...row, latency: true, values: true, cap: 10, afterMs: 5, later: 1 }], 2],
    ["no list", { row }, 0],
    ["one row of four that can be read", [null, { ...row, metric: 1 }, row, { ...row, step: -1 }], 1],
    [
      "amounts that are none",
      [
        { ...row, cap: "9" },
        { ...row, afterMs: -1 },
      ],
      0,
    ],
  ])("reads %s, and the flag is served whatever it is", (_, watch, rows) => {
    expect(watchesOf(flag(watch))).toHaveLength(rows);
    expect(checkFlag(flag(watch))).toEqual([]);
  });

  it("finds nothing in what is no document", () => {
    expect([watchesOf(undefined), watchesOf(null), watchesOf("watch"), watchesOf([])]).toEqual([[], [], [], []]);
  });
});
