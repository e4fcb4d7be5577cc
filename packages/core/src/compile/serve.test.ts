import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, variantAt } from "../bucket.ts";
import type { Allocation } from "../model.ts";
import { rangeAt } from "./serve.ts";

const layouts = fc
  .uniqueArray(fc.integer({ min: 1, max: BUCKETS }), { maxLength: 40 })
  .map((borders) => borders.sort((one, other) => one - other));

describe("the range of a bucket", () => {
  it("is the one that the allocation names, whether there are few or many, borders included", () => {
    fc.assert(
      fc.property(layouts, fc.nat(BUCKETS - 1), (borders, drawn) => {
        const allocation: Allocation = borders.map((upTo) => [upTo, `to ${upTo}`]);
        const near = borders.flatMap((upTo) => [upTo - 1, Math.min(upTo, BUCKETS - 1)]);
        for (const bucket of [drawn, ...near]) {
          expect(allocation[rangeAt(borders, bucket)]?.[1] ?? null).toBe(variantAt(allocation, bucket));
        }
      }),
    );
  });
});
