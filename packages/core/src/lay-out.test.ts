import fc from "fast-check";
import { expect, it } from "vitest";
import { allocate } from "./allocate.ts";
import { BUCKETS } from "./bucket.ts";
import { layOutWeights } from "./lay-out.ts";

it("lays weights out as allocate does where nothing was before", () => {
  const weight = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: BUCKETS / 5 }));
  const weighted = fc.array(weight, { maxLength: 5 });
  fc.assert(
    fc.property(weighted, (parts) => {
      const variants = parts.map((_, at) => ({ key: `v${at}`, value: at }));
      const weights = Object.fromEntries(parts.map((part, at) => [`v${parts.length - 1 - at}`, part]));
      const order = variants.map(({ key }) => key);
      expect(layOutWeights(weights, variants)).toEqual(allocate({ previous: null, weights, order }));
    }),
  );
});
