import { beforeEach, describe, expect, it } from "vitest";
import { Guesses, MOST_WRONG } from "./guesses.ts";

describe("F36: guesses of keys and tokens", () => {
  let clock: number;
  let counted: boolean[];
  let begun: string[];
  let guesses: Guesses;
  beforeEach(() => {
    clock = 1_000;
    counted = [];
    begun = [];
    guesses = new Guesses({
      monotonic: () => clock,
      wrong: (isGuess) => void counted.push(isGuess),
      began: (address) => void begun.push(address),
    });
  });

  const waits = (count: number, { from = "192.0.2.1", prefix = "wrong" } = {}) =>
    Array.from({ length: count }, (_, n) => guesses.wrong(`${prefix}-${n}`, from)?.retryAfter);
  const none = (count: number) => Array.from({ length: count }, () => undefined);

  it("F36: that go on beyond twenty a minute are told to wait, longer each time, a minute at most", () => {
    expect(waits(MOST_WRONG)).toEqual(none(MOST_WRONG));
    expect(waits(8, { prefix: "more" })).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(guesses.wrong("again", "192.0.2.1")).toMatchObject({ code: "too_many_requests", retryAfter: 60 });
    expect(begun).toEqual(["192.0.2.1"]);
    expect([counted.filter((isGuess) => isGuess).length, counted.length]).toEqual([9, MOST_WRONG + 9]);
  });

  it("F36: are no guesses where the same wrong one comes again, before the limit and behind it", () => {
    for (let round = 0; round < 10; round += 1) expect(waits(MOST_WRONG)).toEqual(none(MOST_WRONG));
    expect(guesses.wrong("another", "192.0.2.1")).toBeDefined();
    expect(waits(MOST_WRONG)).toEqual(none(MOST_WRONG));
  });

  it("F36: count by address, and not where none is known", () => {
    waits(MOST_WRONG);
    expect(waits(1, { from: "192.0.2.2", prefix: "other" })).toEqual(none(1));
    expect(Array.from({ length: 100 }, (_, n) => guesses.wrong(`nobody-${n}`, undefined))).toEqual(none(100));
  });

  it("F36: are forgotten after a quiet minute, and the wait begins anew", () => {
    waits(MOST_WRONG + 5);
    clock += 60_000;
    expect(waits(MOST_WRONG, { prefix: "later" })).toEqual(none(MOST_WRONG));
    expect(guesses.wrong("one more", "192.0.2.1")?.retryAfter).toBe(2);
    expect(begun).toEqual(["192.0.2.1", "192.0.2.1"]);
  });

  it("F36: never end the wait's growth by going on slowly", () => {
    const told = Array.from({ length: 200 }, (_, n) => {
      clock += 1_000;
      return guesses.wrong(`slow-${n}`, "192.0.2.1")?.retryAfter;
    });
    expect(begun).toHaveLength(1);
    expect(told.at(-1) ?? 60).toBe(60);
    expect(told.filter((wait) => wait === undefined).length).toBeLessThanOrEqual(80);
  });

  it("F36: keep no more than so many addresses in mind, the newest", () => {
    waits(MOST_WRONG, { from: "old" });
    for (let n = 0; n < 5_000; n += 1) guesses.wrong("x", `address-${n}`);
    expect(guesses.wrong("one more", "old")).toBeUndefined();
    waits(MOST_WRONG, { from: "new" });
    expect(guesses.wrong("one more", "new")).toBeDefined();
  });
});
