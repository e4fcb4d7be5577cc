import { MAX_NESTING } from "../json.ts";
import type { Condition, FlagReference, Rule, Segment, Variant } from "../model.ts";
import { checkChains, type ReferenceFinding } from "./chains.ts";
import { namesOf } from "./fields.ts";
import { Problems } from "./inspection.ts";

/** What of a flag takes part in references. */
export interface ReferringFlag {
  readonly variants: readonly Pick<Variant, "key">[];
  readonly prerequisites: readonly FlagReference[];
  readonly rules: readonly Pick<Rule, "when">[];
}

/** One environment's flags and segments, each well formed by itself. */
export interface Referring {
  readonly flags: ReadonlyMap<string, ReferringFlag>;
  readonly segments: ReadonlyMap<string, Pick<Segment, "when">>;
}

/** What is wrong between documents: references to flags, variants and segments that do not exist, and `checkChains`. */
export function checkReferences(referring: Referring): readonly ReferenceFinding[] {
  return [...missingFromFlags(referring), ...missingFromSegments(referring), ...checkChains(referring)];
}

/** Where a reference is looked up, and where what is wrong with it is told. */
interface LookUp {
  readonly referring: Referring;
  readonly problems: Problems;
}

function missingFromFlags(referring: Referring): ReferenceFinding[] {
  return [...referring.flags].flatMap(([key, { prerequisites, rules }]) => {
    const problems = new Problems();
    const lookUp = { referring, problems };
    under(problems, "prerequisites", prerequisites, (reference) => checkFlagReference(reference, lookUp));
    under(problems, "rules", rules, ({ when }) => problems.under("when", () => checkPart(when, lookUp)));
    return problems.findings.map((finding): ReferenceFinding => ({ kind: "flag", key, ...finding }));
  });
}

function missingFromSegments(referring: Referring): ReferenceFinding[] {
  return [...referring.segments].flatMap(([key, { when }]) => {
    const problems = new Problems();
    if (when !== null) problems.under("when", () => checkPart(when, { referring, problems }));
    return problems.findings.map((finding): ReferenceFinding => ({ kind: "segment", key, ...finding }));
  });
}

function under<T>(problems: Problems, name: string, list: readonly T[], work: (item: T) => void): void {
  problems.under(name, () => {
    for (const [at, item] of list.entries()) problems.under(at, () => work(item));
  });
}

function checkPart(condition: Condition, lookUp: LookUp, depth = 0): void {
  const { problems } = lookUp;
  if (depth > MAX_NESTING) return;
  const check = (part: Condition) => checkPart(part, lookUp, depth + 1);
  if ("all" in condition) under(problems, "all", condition.all, check);
  else if ("any" in condition) under(problems, "any", condition.any, check);
  else if ("not" in condition) problems.under("not", () => check(condition.not));
  else if ("segment" in condition) checkSegmentExists(condition.segment, lookUp);
  else if ("flag" in condition) checkFlagReference(condition, lookUp);
}

function checkSegmentExists(key: string, { referring, problems }: LookUp): void {
  if (referring.segments.has(key)) return;
  problems.add(`There is no segment ${JSON.stringify(key)}. Create it first, or remove this part.`, "segment");
}

function checkFlagReference({ flag, variants }: FlagReference, { referring, problems }: LookUp): void {
  const referred = referring.flags.get(flag);
  if (referred === undefined) {
    problems.add(`There is no flag ${JSON.stringify(flag)}. Create it first, or remove this reference.`, "flag");
    return;
  }
  const known = new Set(referred.variants.map(({ key }) => key));
  under(problems, "variants", variants, (variant) => {
    if (known.has(variant)) return;
    problems.add(`Flag ${flag} has no variant ${JSON.stringify(variant)}. Name one of ${namesOf(known)}.`);
  });
}
