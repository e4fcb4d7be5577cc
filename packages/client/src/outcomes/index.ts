/** What attributes outcomes to releases, for an SDK that loads it apart. */
export { createOutcomes, type Outcome, type OutcomeHost, type Outcomes } from "./outcomes.ts";
