import { allocate, variantAt } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TargetingDocument } from "../../state/documents.ts";
import { movesOf } from "./moves.ts";

const BUCKETS = 100_000;
const order = ["a", "b", "off"];
const flag = { seed: 7 };

const weights = fc
  .tuple(fc.nat(BUCKETS), fc.nat(BUCKETS), fc.nat(BUCKETS))
  .map((borders) => [...borders].sort((one, other) => one - other))
  .map(([first = 0, second = 0, third = 0]) => ({ a: first, b: second - first, off: third - second }));

type Weights = { readonly [variant: string]: number };

function rolledOut(allocation: ReturnType<typeof allocate>, given: Weights): TargetingDocument {
  const fallthrough = { rollout: { weights: given, allocation } };
  return { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough };
}

describe("the moves between two rollouts", () => {
  it("are those of every single bucket", () => {
    fc.assert(
      fc.property(weights, weights, (first, second) => {
        const before = allocate({ previous: null, weights: first, order, earlier: [] });
        const after = allocate({ previous: before, weights: second, order, earlier: [] });
        const counted = new Map<string, number>();
        for (let bucket = 0; bucket < BUCKETS; bucket++) {
          const [from, to] = [variantAt(before, bucket) ?? "off", variantAt(after, bucket) ?? "off"];
          if (from !== to) counted.set(`${from} ${to}`, (counted.get(`${from} ${to}`) ?? 0) + 1);
        }
        const moves = movesOf(rolledOut(before, first), rolledOut(after, second), flag);
        const told = moves.map(({ from, to, share }) => [`${from} ${to}`, Math.round(share * BUCKETS)] as const);
        expect(new Map(told)).toEqual(counted);
      }),
      { numRuns: 50 },
    );
  });

  it("are none between a rollout and itself, whatever else of the targeting differs", () => {
    fc.assert(
      fc.property(weights, (given) => {
        const one = rolledOut(allocate({ previous: null, weights: given, order, earlier: [] }), given);
        expect(movesOf(one, { ...one, targets: [{ variant: "a", keys: ["u"] }] }, flag)).toEqual([]);
      }),
    );
  });
});
