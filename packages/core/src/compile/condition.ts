import { NOW } from "../attributes.ts";
import type { Problems } from "../check/inspection.ts";
import { isAll, isAny, isMembership, isNot, isReference, isTest } from "../condition-kinds.ts";
import type { AttributeTest, Condition, FlagReference } from "../model.ts";
import { compileTest, passesAlone } from "./attribute-test.ts";
import { askOf, type CompiledCondition, never, testOf } from "./branch.ts";
import type { Holds, Scope } from "./linked.ts";

/**
 * Compiles a condition. What is not understood is reported to `problems`, with its place, and holds nowhere; it is the
 * caller's part to let nothing be decided by a condition with any problem in it.
 */
export function compileCondition(condition: Condition, scope: Scope, problems: Problems): CompiledCondition {
  if (isTest(condition)) return compileAttributeTest(condition, scope, problems);
  if (isAll(condition)) return { group: "all", parts: compileParts("all", condition.all, { scope, problems }) };
  if (isAny(condition)) return { group: "any", parts: compileParts("any", condition.any, { scope, problems }) };
  if (isNot(condition)) {
    const before = problems.findings.length;
    const part = compileCondition(condition.not, scope, problems);
    problems.place(before, "not");
    return { group: "not", parts: [part] };
  }
  if (isMembership(condition)) return askOf(compileMembership(condition.segment, scope, problems));
  if (isReference(condition)) return askOf(compileReference(condition, scope));
  problems.add("This kind of condition is not known here. A newer version of this software may know it.");
  return askOf(never);
}

function compileAttributeTest(test: AttributeTest, scope: Scope, problems: Problems): CompiledCondition {
  const compiled = compileTest(test, problems);
  if (test.attribute === NOW) return askOf((_attributes, now) => passesAlone(compiled, now));
  const attribute = scope.attribute(test.attribute);
  if (compiled.sees === "element") return testOf(attribute, compiled);
  return askOf((attributes, _now, run) => passesAlone(compiled, attribute.valueIn(attributes, run)));
}

function compileParts(
  name: string,
  parts: readonly Condition[],
  { scope, problems }: { readonly scope: Scope; readonly problems: Problems },
): readonly CompiledCondition[] {
  return parts.map((part, at) => {
    const before = problems.findings.length;
    const compiled = compileCondition(part, scope, problems);
    for (const step of [at, name]) problems.place(before, step);
    return compiled;
  });
}

/** Membership in a segment that has been compiled before. */
export function compileMembership(key: string, scope: Scope, problems: Problems): Holds {
  const segment = scope.segment(key);
  if (segment === undefined) {
    problems.add(`There is no segment ${JSON.stringify(key)}. Create it, or remove this part.`, "segment");
    return never;
  }
  if (segment.problem !== undefined) {
    problems.add(`Segment ${key} decides nothing: ${segment.problem}`, "segment");
    return never;
  }
  return (attributes, now, run) => segment.contains(attributes, now, run);
}

/** Whether another flag serves one of the wanted variants: a prerequisite or a `flag` condition. */
export function compileReference({ flag, variants }: FlagReference, scope: Scope): Holds {
  const linked = scope.flag(flag);
  if (linked === undefined) return never;
  return (attributes, now, run) => {
    const { variant } = linked.serve(attributes, now, run);
    return variant !== undefined && variants.includes(variant);
  };
}
