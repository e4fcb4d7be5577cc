/** What attributes outcomes to releases. In a chunk of its own: most pages are watched by none. */
import { createOutcomes, type Outcomes } from "@bannerol/client/outcomes";
import type { SmallRuleset } from "@bannerol/core/small";
import { smallPlaceIn } from "@bannerol/core/small-place";
import { browserClock } from "./net/browser-ports.ts";

export function openOutcomes(current: () => SmallRuleset | undefined): Outcomes {
  return createOutcomes({
    clock: browserClock,
    ruleset: () => current()?.ruleset,
    placeIn(release, context, now) {
      const small = current();
      return small && smallPlaceIn(small, release, context, now);
    },
  });
}
