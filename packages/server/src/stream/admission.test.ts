import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission } from "./admission.ts";

const RATE = 200;
const opened = (random = () => 0.5) => new Admission(RATE, 0, random);
const admitted = (admission: Admission, tries: number, now: number) =>
  Array.from({ length: tries }, () => admission.admit(now)).filter((answer) => answer === true).length;

describe("admission", () => {
  it("takes on a second's worth at once, and then the rate", () => {
    const admission = opened();
    expect(admitted(admission, 1_000, 0)).toBe(200);
    expect(admitted(admission, 1_000, 500)).toBe(100);
    expect(admitted(admission, 1_000, 505)).toBe(1);
  });

  it("saves up no more than a second's worth", () => {
    expect(admitted(opened(), 1_000, 3_600_000)).toBe(200);
  });

  it("R2: tells a second's worth the same second, and the next the next", () => {
    const admission = opened();
    const told = Array.from({ length: 1_000 }, () => admission.admit(0));
    const counts = new Map<number, number>();
    for (const answer of told) {
      if (answer !== true) counts.set(answer.retryAfter, (counts.get(answer.retryAfter) ?? 0) + 1);
    }
    expect([...counts]).toEqual([
      [1, 1],
      [2, 200],
      [3, 200],
      [4, 200],
      [5, 199],
    ]);
  });

  it("R2: says 1 to 30 whole seconds, whoever comes and whenever", () => {
    const arrivals = fc.array(fc.tuple(fc.nat(3_000), fc.nat(4_000)), { maxLength: 6 });
    const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const isFit = (seconds: number) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 30;
    fc.assert(
      fc.property(arrivals, randoms, (waves, random) => {
        const admission = opened(() => random);
        let now = 0;
        return waves.every(([tries, pause]) => {
          now += pause;
          const told = Array.from({ length: tries }, () => admission.admit(now));
          return told.every((answer) => answer === true || isFit(answer.retryAfter));
        });
      }),
      { numRuns: 50 },
    );
  });

  // The server is away for 1.5 s; its clients come back by their own waits, and when they are told to.
  it.each([
    [1_000, 10_000, 12_000],
    [10_000, 60_000, 90_000],
  ])("F12: has taken on 99 %% of %i within %i ms, and all within %i", (clients, mostMs, allMs) => {
    const random = seeded(7);
    const admission = new Admission(RATE, 1_500, random);
    const came: number[] = [];
    const tries = new Map<number, number[]>();
    const tryAt = (at: number, failures: number) => {
      const tick = Math.ceil(at / TICK_MS) * TICK_MS;
      const due = tries.get(tick) ?? [];
      due.push(failures);
      tries.set(tick, due);
    };
    for (let client = 0; client < clients; client += 1) tryAt(equalJitterMs(0, random()), 1);
    for (let now = 0; came.length < clients && now < allMs; now += TICK_MS) {
      for (const failures of tries.get(now) ?? []) {
        const answer = now < 1_500 ? { retryAfter: 0 } : admission.admit(now);
        if (answer === true) came.push(now);
        else tryAt(now + Math.max(answer.retryAfter * 1_000, equalJitterMs(failures, random())), failures + 1);
      }
    }
    expect(came).toHaveLength(clients);
    expect(came.at(Math.ceil(clients * 0.99) - 1)).toBeLessThan(mostMs);
  });
});

const TICK_MS = 50;

/** As every client waits by itself. */
function equalJitterMs(failures: number, random: number): number {
  const longest = Math.min(30_000, 500 * 2 ** failures);
  return longest / 2 + (longest / 2) * random;
}

/** Park and Miller's generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
