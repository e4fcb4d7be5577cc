import { describe, expect, it } from "vitest";
import { startTicking } from "./ticking.ts";

/** A ticking whose rounds end when the test says so. */
function ticking() {
  const timer: { fn: () => void; stopped: boolean } = { fn: () => undefined, stopped: false };
  const rounds: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const said: string[] = [];
  const work = startTicking("what is due", () => new Promise<void>((end, fail) => void rounds.push({ end, fail })), {
    every(_, fn) {
      timer.fn = fn;
      return () => {
        timer.stopped = true;
      };
    },
    log: {
      info: (text: unknown) => void said.push(String(text)),
      warn: (_: unknown, text?: string) => void said.push(String(text)),
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { work, timer, rounds, said, settled };
}

describe("ticking", () => {
  it("does one round at a time, whatever the timer says", async () => {
    const { timer, rounds, settled } = ticking();
    timer.fn();
    timer.fn();
    expect(rounds).toHaveLength(1);
    rounds[0]?.end();
    await settled();
    timer.fn();
    expect(rounds).toHaveLength(2);
  });

  it("begins another round after the one under way where it is asked to meanwhile", async () => {
    const { work, rounds, settled } = ticking();
    work.now();
    work.now();
    work.now();
    expect(rounds).toHaveLength(1);
    rounds[0]?.end();
    await settled();
    expect(rounds).toHaveLength(2);
    rounds[1]?.end();
    await settled();
    expect(rounds).toHaveLength(2);
  });

  it("says once that rounds fail, and once that they do not any more", async () => {
    const { timer, rounds, said, settled } = ticking();
    for (const at of [0, 1]) {
      timer.fn();
      rounds[at]?.fail(new Error("away"));
      await settled();
    }
    timer.fn();
    rounds[2]?.end();
    await settled();
    expect(said).toEqual([
      "what is due cannot be carried out; it is tried again and again",
      "what is due is carried out again",
    ]);
  });

  it("stops once the round under way has ended, and begins none after it", async () => {
    const { work, timer, rounds, settled } = ticking();
    timer.fn();
    let over = false;
    const stopped = work.stop().then(() => {
      over = true;
    });
    await settled();
    expect({ over, stopped: timer.stopped }).toEqual({ over: false, stopped: true });
    rounds[0]?.end();
    await stopped;
    work.now();
    expect(rounds).toHaveLength(1);
  });
});
