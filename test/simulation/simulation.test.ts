/** The short form of `npm run simulate`: the same seeds each time, so that a failure is a change's. */
import { describe, expect, it } from "vitest";
import { kinds } from "./connections.ts";
import { planOf } from "./plan.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 300;

describe.each(kinds)("a client among faults, connected as a %s", (kind) => {
  it("I1, I2, I3, I4, I9, I10, I14, I16, P8, P10, P12, P14, P15, P16: keeps every promise, whatever network, nodes and clocks do", async () => {
    const failed: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = await simulate(seed, { kind });
      if (violation !== undefined)
        failed.push(`npm run simulate -- --kind ${kind} --from ${seed} --seeds 1: ${violation}`);
    }
    expect(failed).toEqual([]);
  });

  it("is the same for the same seed, so that a failure can be looked at", async () => {
    const once = await simulate(7, { traced: true, kind });
    expect(once.trace.length).toBeGreaterThan(1);
    expect(await simulate(7, { traced: true, kind })).toEqual(once);
    expect(planOf(7)).not.toEqual(planOf(8));
  });
});
