import { describe, expect, it } from "vitest";
import { watchLoop } from "./process-load.ts";

describe("the watch on the event loop", () => {
  it("F50: sees a delay that begins right after a reading, and tells of it once", async () => {
    const loop = watchLoop();
    const looked = () => new Promise((resolve) => setTimeout(resolve, 50));
    await looked();
    loop.read();
    const until = performance.now() + 300;
    while (performance.now() < until);
    await looked();
    expect(loop.read().max).toBeGreaterThan(0.2);
    expect(loop.read()).toEqual({ p50: 0, p99: 0, max: 0 });
    loop.stop();
  });
});
