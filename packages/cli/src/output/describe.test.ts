import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { targeting } from "../testing/documents.ts";
import { describeServe, describeTargeting, share } from "./describe.ts";

const plain = picocolors.createColors(false);

describe("what is served", () => {
  it.each([
    [{ variant: "on" }, "on"],
    [{ rollout: { weights: { on: 25_000, off: 75_000 } } }, "on 25 %, off 75 %"],
    [{ rollout: { weights: { off: 75_000, on: 25_000 } } }, "on 25 %, off 75 %"],
    [{ rollout: { weights: { on: 12_345, off: 87_655 } } }, "on 12.345 %, off 87.655 %"],
    [{ rollout: { weights: { on: 0, off: 100_000 } } }, "off 100 %"],
    [{ rollout: { weights: { on: 5_000 }, bucketBy: "organization.id" } }, "on 5 %, 95 % left out by organization.id"],
    [{ rollout: { weights: {} } }, "100 % left out"],
  ])("%j is told as %j", (serve, text) => {
    expect(describeServe(serve, "off")).toBe(text);
  });

  it.each(Array.from({ length: 100 }, (_, i) => i * 997))("writes %i parts without a rounding error", (weight) => {
    expect(Number.parseFloat(share(weight)) * 1_000).toBeCloseTo(weight, 6);
    expect(share(weight)).toMatch(/^\d{1,3}(\.\d{1,3})? %$/);
  });
});

describe("a targeting", () => {
  it("that is disabled serves everybody its off variant, whatever its rollout says", () => {
    expect(describeTargeting({ ...targeting, enabled: false }, plain)).toBe("disabled, everybody gets off");
  });

  it("tells what goes before its fallthrough", () => {
    const rule = { id: "r", when: { all: [] }, serve: { variant: "on" } };
    const busy = { ...targeting, targets: [{ variant: "on", keys: ["u1", "u2"] }], rules: [rule] };
    expect(describeTargeting(busy, plain)).toBe("enabled, on 25 %, off 75 %, after 2 targeted keys, 1 rule");
  });
});
