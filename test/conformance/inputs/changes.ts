/** Allocations and deltas. The exact layouts are promised for two shares alone; for more, the laws. */
import type { AllocateInput } from "../../../packages/core/src/index.ts";
import { flag, segment } from "./decision.ts";

const order = ["on", "off"];

export const allocations: readonly ({ readonly name: string } & AllocateInput)[] = [
  { name: "a first rollout from all left out", previous: null, weights: { on: 25_000 }, order },
  { name: "a first rollout of all", previous: null, weights: { on: 10_000, off: 90_000 }, order },
  { name: "all to one variant", previous: null, weights: { on: 100_000 }, order },
  { name: "nothing to anybody", previous: null, weights: {}, order },
  { name: "one bucket", previous: null, weights: { on: 1, off: 99_999 }, order },
  {
    name: "up from 10 % to 50 %",
    previous: [
      [10_000, "on"],
      [100_000, "off"],
    ],
    weights: { on: 50_000, off: 50_000 },
    order,
  },
  {
    name: "down from 50 % to 10 %",
    previous: [
      [50_000, "on"],
      [100_000, "off"],
    ],
    weights: { on: 10_000, off: 90_000 },
    order,
  },
  {
    name: "up to all",
    previous: [
      [50_000, "on"],
      [100_000, "off"],
    ],
    weights: { on: 100_000 },
    order,
  },
  {
    name: "down to none",
    previous: [
      [50_000, "on"],
      [100_000, "off"],
    ],
    weights: { on: 0, off: 100_000 },
    order,
  },
  { name: "the rest is left out, up", previous: [[10_000, "on"]], weights: { on: 30_000 }, order },
  { name: "the rest is left out, down", previous: [[30_000, "on"]], weights: { on: 10_000 }, order },
  {
    name: "no change",
    previous: [
      [30_000, "on"],
      [100_000, "off"],
    ],
    weights: { on: 30_000, off: 70_000 },
    order,
  },
  {
    name: "a variant that all were served before",
    previous: [[100_000, "off"]],
    weights: { on: 20_000, off: 80_000 },
    order,
  },
];

export const laws: readonly ({ readonly name: string } & AllocateInput)[] = [
  {
    name: "a third variant comes",
    previous: [
      [50_000, "a"],
      [100_000, "b"],
    ],
    weights: { a: 40_000, b: 40_000, c: 20_000 },
    order: ["a", "b", "c"],
  },
  {
    name: "one of three goes",
    previous: [
      [30_000, "a"],
      [60_000, "b"],
      [100_000, "c"],
    ],
    weights: { a: 50_000, c: 50_000 },
    order: ["a", "b", "c"],
  },
  {
    name: "all three change",
    previous: [
      [33_333, "a"],
      [66_666, "b"],
      [100_000, "c"],
    ],
    weights: { a: 10_000, b: 20_000, c: 70_000 },
    order: ["a", "b", "c"],
  },
  {
    name: "some are left out",
    previous: [
      [25_000, "a"],
      [50_000, "b"],
    ],
    weights: { a: 40_000, b: 10_000, c: 5_000 },
    order: ["a", "b", "c"],
  },
  {
    name: "a layout in pieces",
    previous: [
      [10_000, "a"],
      [20_000, "b"],
      [30_000, null],
      [40_000, "a"],
      [70_000, "c"],
      [100_000, "b"],
    ],
    weights: { a: 20_000, b: 35_000, c: 45_000 },
    order: ["a", "b", "c"],
  },
  {
    name: "back to weights of before",
    previous: [
      [40_000, "a"],
      [80_000, "b"],
      [100_000, "c"],
    ],
    weights: { a: 50_000, b: 50_000 },
    order: ["a", "b", "c"],
    earlier: [
      {
        allocation: [
          [40_000, "a"],
          [80_000, "b"],
          [90_000, "a"],
          [100_000, "b"],
        ],
      },
    ],
  },
];

export interface PatchInput {
  readonly name: string;
  readonly before: Documents;
  readonly after: Documents;
}

interface Documents {
  readonly flags: { readonly [key: string]: unknown };
  readonly segments: { readonly [key: string]: unknown };
}

const a1 = flag({ version: 1 });

export const patches: readonly PatchInput[] = [
  { name: "nothing", before: { flags: {}, segments: {} }, after: { flags: {}, segments: {} } },
  {
    name: "what comes",
    before: { flags: {}, segments: {} },
    after: { flags: { a: a1 }, segments: { s: segment({ version: 2 }) } },
  },
  {
    name: "what goes",
    before: { flags: { a: a1, b: a1 }, segments: { s: segment() } },
    after: { flags: { b: a1 }, segments: {} },
  },
  {
    name: "what changes",
    before: { flags: { a: a1, b: a1 }, segments: {} },
    after: { flags: { a: flag({ version: 7, enabled: false }), b: a1 }, segments: {} },
  },
  {
    name: "a flag and a segment of one key",
    before: { flags: { a: a1 }, segments: { a: segment() } },
    after: { flags: { a: a1 }, segments: { a: segment({ version: 3 }) } },
  },
  {
    name: "keys are data",
    before: { flags: { constructor: a1 }, segments: {} },
    after: { flags: { ["__proto__"]: a1, straße: flag({ version: 4_294_967_296 }) }, segments: {} },
  },
];
