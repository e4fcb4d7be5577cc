/** Finds a shorter plan that still breaks the same invariant: leaves out halves, quarters, … of what happens. */
import type { Kind } from "./connections.ts";
import type { Plan } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** `seed` must fail. */
export async function shrink(seed: number, plan: Plan, kind: Kind): Promise<Plan> {
  const failing = invariantOf((await simulate(seed, { plan, kind })).violation);
  let shortest = plan;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < shortest.steps.length; ) {
      const steps = shortest.steps.filter((_, index) => index < from || index >= from + size);
      const candidate = { ...shortest, steps };
      const { violation } = await simulate(seed, { plan: candidate, kind });
      if (violation !== undefined && invariantOf(violation) === failing) shortest = candidate;
      else from += size;
    }
  }
  return shortest;
}

function invariantOf(violation: string | undefined): string | undefined {
  return violation?.split(":")[0];
}
