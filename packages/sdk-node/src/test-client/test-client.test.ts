/** A client for tests is a real client whose flags somebody sets by hand. */
import type { EvaluationContext, JsonValue } from "@bannerol/core";
import fc from "fast-check";
import { afterEach, describe, expect, it, test as plainTest, vi } from "vitest";
import { createTestClient } from "./create-test-client.ts";
import { flagsFixture } from "./fixture.ts";

afterEach(() => void vi.useRealTimers());

describe("a flag that is set", () => {
  it("serves its value to everybody, at once, and to nobody another type's", () => {
    const flags = createTestClient({ "new-checkout": true, pricing: "blue" });
    expect(flags.isEnabled("new-checkout")).toBe(true);
    expect(flags.value("pricing", { targetingKey: "u1" }, "green")).toBe("blue");
    expect(flags.value("pricing", {}, 7)).toBe(7);
    flags.set("new-checkout", false);
    expect(flags.isEnabled("new-checkout", {}, true)).toBe(false);
    flags.set("pricing", 9);
    expect(flags.value("pricing", {}, 7)).toBe(9);
  });

  it("serves whatever JSON it was set to", () => {
    const named = fc.tuple(fc.constantFrom("a", "__proto__", "constructor", "", "x y"), fc.jsonValue());
    fc.assert(
      fc.property(named, ([key, value]) => {
        const flags = createTestClient();
        flags.set(key, value as JsonValue);
        const { errorCode, value: served } = flags.evaluate(key, { targetingKey: "u" }, value as JsonValue);
        expect([errorCode, served]).toEqual([undefined, value]);
      }),
    );
  });

  it("is gone once it is removed", () => {
    const flags = createTestClient({ a: true });
    flags.remove("a");
    expect(flags.evaluate("a", {}, false)).toMatchObject({ value: false, errorCode: "FLAG_NOT_FOUND" });
  });
});

describe("a flag that is set for some", () => {
  it("serves them their value, and everybody else what it did; the last word counts", () => {
    const flags = createTestClient({ pricing: "blue" });
    flags.setFor("u1", "pricing", "red");
    flags.setFor({ country: "AT", plan: "pro" }, "pricing", "gold");
    const priceOf = (context: EvaluationContext) => flags.value("pricing", context, "none");
    expect(priceOf({ targetingKey: "u1" })).toBe("red");
    expect(priceOf({ targetingKey: "u2", country: "AT", plan: "pro" })).toBe("gold");
    expect(priceOf({ targetingKey: "u1", country: "AT", plan: "pro" })).toBe("gold");
    expect(priceOf({ country: "AT", plan: "free" })).toBe("blue");
    flags.setFor("u1", "pricing", "blue");
    expect(priceOf({ targetingKey: "u1" })).toBe("blue");
  });

  it("is off for everybody else where it is boolean and was not set", () => {
    const flags = createTestClient();
    flags.setFor("u1", "beta", true);
    expect([flags.isEnabled("beta", { targetingKey: "u1" }), flags.isEnabled("beta", {}, true)]).toEqual([true, false]);
  });

  it.each([
    ["of another type", 7, /of type string, and this value is of type number/],
    ["that was loaded", "x", /was loaded/],
    ["that nobody has", "x", /everybody else/],
  ])("refuses one %s, and stays as it is", (what, value, message) => {
    const flags = createTestClient({ "of another type": "blue" });
    flags.load({ flags: { "that was loaded": {} } });
    const { revision } = flags.status();
    expect(() => flags.setFor("u1", what, value)).toThrow(message);
    expect(flags.status().revision).toBe(revision);
  });
});

describe("what is loaded", () => {
  it("is evaluated as in production: segments, rules and rollouts", () => {
    const flags = createTestClient({ search: false });
    flags.load({
      flags: {
        checkout: {
          rules: [{ when: { segment: "staff" }, serve: { variant: "on" } }],
          fallthrough: { rollout: { weights: { on: 50_000, off: 50_000 } } },
        },
      },
      segments: { staff: { included: ["u1"] } },
    });
    expect(flags.evaluate("checkout", { targetingKey: "u1" }, false)).toMatchObject({
      value: true,
      reason: "TARGETING_MATCH",
      ruleId: "rule-1",
    });
    expect(flags.evaluate("checkout", { targetingKey: "u2" }, false).reason).toBe("SPLIT");
    expect(flags.value("search", {}, true)).toBe(false);
    flags.set("checkout", true);
    expect(flags.evaluate("checkout", {}, false)).toMatchObject({ value: true, reason: "STATIC" });
  });

  it("is refused where it is wrong, with the place named, and nothing is changed", () => {
    const flags = createTestClient({ checkout: true });
    expect(() => flags.load({ flags: { checkout: { fallthrough: { variant: "x" } } } })).toThrow(
      /flags\.checkout\.fallthrough/,
    );
    expect(flags.isEnabled("checkout")).toBe(true);
    flags.set("other", true);
    expect(flags.isEnabled("checkout")).toBe(true);
  });
});

describe("the client", () => {
  it("is ready at once, and sets no timer", async () => {
    vi.useFakeTimers();
    const flags = createTestClient();
    expect(await flags.ready()).toEqual({ source: "bootstrap" });
    expect(flags.status().state).toBe("live");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tells of each change, with the keys of the flags that it touches", () => {
    const flags = createTestClient({ a: true, b: true });
    const changes: unknown[] = [];
    flags.on("change", ({ keys }) => changes.push(keys));
    flags.set("a", false);
    flags.set("c", 1);
    expect(changes).toEqual([["a"], ["c"]]);
  });

  it("moves a snapshot no more than a server's change would", () => {
    const flags = createTestClient({ a: true });
    const before = flags.snapshot();
    flags.set("a", false);
    expect([before.isEnabled("a"), flags.isEnabled("a")]).toEqual([true, false]);
  });

  it("records what was asked, and what was answered, until it is reset", () => {
    const flags = createTestClient({ a: true });
    flags.isEnabled("a", { targetingKey: "u1" });
    flags.forContext({ plan: "pro" }).value("b", "none");
    expect(flags.evaluations("a")).toMatchObject([
      { flag: "a", context: { targetingKey: "u1" }, defaultValue: false, value: true, variant: "on" },
    ]);
    expect(flags.evaluations()).toMatchObject([{ flag: "a" }, { flag: "b", errorCode: "FLAG_NOT_FOUND" }]);
    flags.set("a", false);
    flags.set("b", true);
    flags.reset();
    expect([flags.isEnabled("a"), flags.isEnabled("b")]).toEqual([true, false]);
    expect(flags.evaluations()).toHaveLength(2);
  });

  it("closes itself where it was taken by await using", async () => {
    let taken: ReturnType<typeof createTestClient>;
    {
      await using flags = createTestClient();
      taken = flags;
    }
    expect(taken.status().state).toBe("closed");
  });
});

describe("the fixture", () => {
  const test = plainTest.extend({ flags: flagsFixture });
  const seen: ReturnType<typeof createTestClient>[] = [];

  test("gives a test a client of its own", ({ flags }) => {
    seen.push(flags);
    flags.set("a", true);
    expect(flags.isEnabled("a")).toBe(true);
  });

  test("gives the next test another one, and has closed the first", ({ flags }) => {
    expect(flags.isEnabled("a")).toBe(false);
    expect(seen.map((client) => client.status().state)).toEqual(["closed"]);
  });
});
