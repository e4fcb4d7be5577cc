import { describe, expect, it } from "vitest";
import { HoldClock } from "./hold-clock.ts";

const HOUR = 3_600_000;
const running = { id: "a", state: "running", step: 0, since: 1_000, heldMs: 0 } as const;

/** A wall clock and a monotonic one, moved apart. */
function clocks() {
  const at = { wall: 1_000, monotonic: 50 };
  const holds = new HoldClock({ now: () => at.wall, monotonic: () => at.monotonic });
  const pass = (ms: number): void => {
    at.wall += ms;
    at.monotonic += ms;
  };
  const jump = (ms: number): void => {
    at.wall += ms;
  };
  return { holds, pass, jump };
}

describe("a hold", () => {
  it.each([HOUR, -HOUR, 365 * 24 * HOUR])(
    "is neither shortened nor lengthened by a clock that jumps by %i ms",
    (jump) => {
      const { holds, pass, jump: jumpBy } = clocks();
      holds.saw("x", running);
      pass(10);
      jumpBy(jump);
      pass(10);
      expect(holds.heldMs("x", running)).toBe(20);
    },
  );

  it("counts the time that no server ran", () => {
    const { holds, pass } = clocks();
    pass(HOUR);
    expect(holds.heldMs("x", running)).toBe(HOUR);
  });

  it("is never less than nothing, where a step began by a clock that was ahead", () => {
    const { holds, pass } = clocks();
    const ahead = { ...running, since: 9_000_000 };
    expect(holds.heldMs("x", ahead)).toBe(0);
    pass(7);
    expect(holds.heldMs("x", ahead)).toBe(7);
  });

  it("begins anew with each step, and not with what changes nothing of it", () => {
    const { holds, pass } = clocks();
    holds.saw("x", running);
    pass(10);
    holds.saw("x", { ...running });
    expect(holds.heldMs("x", running)).toBe(10);
    const next = { ...running, step: 1, since: 1_010 };
    holds.saw("x", next);
    expect(holds.heldMs("x", next)).toBe(0);
  });

  it("stands still in a pause, and goes on with what it was", () => {
    const { holds, pass } = clocks();
    const paused = { ...running, state: "paused", heldMs: 30 } as const;
    pass(10);
    expect(holds.heldMs("x", paused)).toBe(30);
    const resumed = { ...running, since: 2_000, heldMs: 30 };
    holds.saw("x", resumed);
    pass(5);
    expect(holds.heldMs("x", resumed)).toBe(35);
  });
});
