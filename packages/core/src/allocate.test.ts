import { describe, expect, it } from "vitest";
import { allocate } from "./allocate.ts";
import { BUCKETS } from "./bucket.ts";
import type { Allocation, Weights } from "./model.ts";

describe("allocate, by example", () => {
  const order = ["on", "off"];
  it.each<[string, Allocation | null, Weights, Allocation]>([
    [
      "lays out a first rollout in the order of the variants",
      null,
      { off: 75_000, on: 25_000 },
      [
        [25_000, "on"],
        [BUCKETS, "off"],
      ],
    ],
    ["does not write what is left out at the end", null, { on: 25_000 }, [[25_000, "on"]]],
    ["is empty where everybody is left out", [[BUCKETS, "on"]], {}, []],
    ["is one range where everybody is in", null, { on: BUCKETS }, [[BUCKETS, "on"]]],
    [
      "starts at the low end, whoever served before (on)",
      [[BUCKETS, "on"]],
      { on: 25_000, off: 75_000 },
      [
        [25_000, "on"],
        [BUCKETS, "off"],
      ],
    ],
    [
      "starts at the low end, whoever served before (off)",
      [[BUCKETS, "off"]],
      { on: 25_000, off: 75_000 },
      [
        [25_000, "on"],
        [BUCKETS, "off"],
      ],
    ],
    [
      "grows into its neighbour",
      [
        [10_000, "on"],
        [BUCKETS, "off"],
      ],
      { on: 50_000, off: 50_000 },
      [
        [50_000, "on"],
        [BUCKETS, "off"],
      ],
    ],
    [
      "shrinks from where it grew",
      [
        [50_000, "on"],
        [BUCKETS, "off"],
      ],
      { on: 10_000, off: 90_000 },
      [
        [10_000, "on"],
        [BUCKETS, "off"],
      ],
    ],
    [
      "keeps a share that lies at the high end there",
      [
        [75_000, "off"],
        [BUCKETS, "on"],
      ],
      { on: 50_000, off: 50_000 },
      [
        [50_000, "off"],
        [BUCKETS, "on"],
      ],
    ],
    [
      "replaces one share by another where it lay",
      [
        [30_000, "on"],
        [BUCKETS, "off"],
      ],
      { on: 30_000 },
      [[30_000, "on"]],
    ],
    [
      "takes a third share from where two meet",
      [
        [50_000, "on"],
        [BUCKETS, "off"],
      ],
      { on: 40_000, off: 50_000 },
      [
        [40_000, "on"],
        [50_000, null],
        [BUCKETS, "off"],
      ],
    ],
    ["ignores a variant of weight 0", null, { on: 0, off: 1 }, [[1, "off"]]],
    [
      "joins ranges of one share that touch",
      [
        [10, "on"],
        [20, "on"],
        [BUCKETS, null],
      ],
      { on: 20 },
      [[20, "on"]],
    ],
    [
      "takes variants that the order lacks in the order of the weights",
      null,
      { z: 1, y: 1, on: 1 },
      [
        [1, "on"],
        [2, "z"],
        [3, "y"],
      ],
    ],
  ])("%s", (_, previous, weights, expected) => {
    expect(allocate({ previous, weights, order })).toEqual(expected);
  });

  it("ends with the first 10 % after 10 %, 50 %, 10 %", () => {
    const rollout = (on: number): Weights => ({ on, off: BUCKETS - on });
    const tenth = allocate({ previous: null, weights: rollout(10_000), order });
    const half = allocate({ previous: tenth, weights: rollout(50_000), order });
    expect(allocate({ previous: half, weights: rollout(10_000), order })).toEqual(tenth);
  });

  it("takes keys like __proto__ and constructor for what they are", () => {
    const weights: Weights = JSON.parse('{"__proto__": 10000, "constructor": 20000}');
    const allocation = allocate({ previous: null, weights, order: ["constructor", "__proto__"] });
    expect(allocation).toEqual([
      [20_000, "constructor"],
      [30_000, "__proto__"],
    ]);
  });

  it.each<[string, Weights]>([
    ["negative", { on: -1 }],
    ["a fraction", { on: 0.5 }],
    ["not a number", { on: Number.NaN }],
    ["over 100,000 in sum", { on: 60_000, off: 40_001 }],
  ])("refuses a weight that is %s", (_, weights) => {
    expect(() => allocate({ previous: null, weights, order })).toThrow(RangeError);
  });
});
