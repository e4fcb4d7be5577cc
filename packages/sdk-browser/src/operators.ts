/** Dates, versions and networks. In a chunk of its own, for states that test by them. */
export { learnOperators } from "@bannerol/core/small-operators";
