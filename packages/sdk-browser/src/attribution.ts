/** What attributes outcomes to releases. In a chunk of its own: most pages are watched by none. */
export { createOutcomes } from "@bannerol/client/outcomes";
