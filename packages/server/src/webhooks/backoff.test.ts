import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedWait, GIVEN_UP_AFTER_MS, waitAfter } from "./backoff.ts";

const AT = Date.parse("2026-01-31T12:00:00Z");
const HOUR = 60 * 60_000;

describe("the wait after a failure", () => {
  it.each([
    [1, 0, 2_500],
    [1, 1, 5_000],
    [2, 1, 10_000],
    [5, 0.5, 60_000],
    [12, 1, 10_240_000],
    [13, 1, 4 * HOUR],
    [1_000, 0, 2 * HOUR],
  ])("after %i failures, %f drawn, is %i ms", (failures, random, wait) => {
    expect(waitAfter(failures, random)).toBe(wait);
  });

  it("adds up to 20 to 60 tries before an endpoint is given up, whatever is drawn", () => {
    const draws = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(draws, (random) => {
        let [waited, tries] = [0, 0];
        for (; waited < GIVEN_UP_AFTER_MS; tries++) waited += waitAfter(tries + 1, random[tries] ?? 0);
        expect(tries).toBeGreaterThanOrEqual(20);
        expect(tries).toBeLessThanOrEqual(60);
      }),
    );
  });

  it.each([
    [undefined, 0],
    ["0", 0],
    ["30", 30_000],
    ["999999999", 4 * HOUR],
    ["Sat, 31 Jan 2026 12:01:00 GMT", 60_000],
    ["Sat, 31 Jan 2026 11:00:00 GMT", 0],
    ["soon", 0],
    ["-5", 0],
  ])("is put off by Retry-After: %s", (header, wait) => {
    expect(askedWait(header, AT)).toBe(wait);
  });
});
