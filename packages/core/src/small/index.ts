export { lacksOperators } from "./operators.ts";
export { programOf, type SmallAnswer, type SmallFlag, type SmallRuleset, smallRuleset } from "./ruleset.ts";
