import { attributeReader, NOW } from "../attributes.ts";
import { Problems } from "../check/inspection.ts";
import { compileTest, passes } from "../compile/attribute-test.ts";
import { compileCondition, compileMembership } from "../compile/condition.ts";
import { isAll, isAny, isMembership, isNot, isReference, isTest } from "../condition-kinds.ts";
import type { AttributeTest, Condition, FlagReference } from "../model.ts";
import { explainValue } from "./explain-value.ts";
import type { ConditionStep } from "./explanation.ts";
import { safely, type Trace } from "./trace.ts";

/**
 * A condition's parts and whether each holds. The leaves are compiled by the same functions as for an evaluation; all
 * of them are told, those too that an evaluation has no need to look at. Never throws.
 */
export function explainCondition(condition: Condition, trace: Trace): ConditionStep {
  if (isAll(condition)) {
    const parts = condition.all.map((part) => explainCondition(part, trace));
    return { kind: "all", holds: parts.every(({ holds }) => holds), parts };
  }
  if (isAny(condition)) {
    const parts = condition.any.map((part) => explainCondition(part, trace));
    return { kind: "any", holds: parts.some(({ holds }) => holds), parts };
  }
  if (isNot(condition)) {
    const part = explainCondition(condition.not, trace);
    return { kind: "not", holds: !part.holds, part };
  }
  if (isMembership(condition)) return explainMembership(condition.segment, trace);
  if (isReference(condition)) return { kind: "flag", ...condition, ...explainReference(condition, trace) };
  if (isTest(condition)) return explainTest(condition, trace);
  const problems = new Problems();
  compileCondition(condition, trace.scope, problems);
  return notUnderstood(problems);
}

function notUnderstood({ findings }: Problems): ConditionStep {
  return { kind: "notUnderstood", holds: false, message: findings.map(({ message }) => message).join(" ") };
}

function explainMembership(segment: string, trace: Trace): ConditionStep {
  const problems = new Problems();
  const holds = compileMembership(segment, trace.scope, problems);
  if (problems.findings.length > 0) return notUnderstood(problems);
  const linked = trace.scope.segment(segment);
  if (linked !== undefined) trace.segments.add(linked);
  return { kind: "segment", segment, holds: safely(() => holds(trace.attributes, trace.now, trace.run), false) };
}

/** What another flag serves, and whether it is wanted. */
export function explainReference({ flag, variants }: FlagReference, trace: Trace): { served?: string; holds: boolean } {
  const linked = trace.scope.flag(flag);
  if (linked === undefined) return { holds: false };
  trace.flags.add(linked);
  const served = safely(() => linked.serve(trace.attributes, trace.now, trace.run).variant, undefined);
  return served === undefined ? { holds: false } : { served, holds: variants.includes(served) };
}

function explainTest(test: AttributeTest, trace: Trace): ConditionStep {
  const problems = new Problems();
  const compiled = compileTest(test, problems);
  if (problems.findings.length > 0) return notUnderstood(problems);
  const { attribute, op, values = [], ignoreCase } = test;
  const asked = { kind: "test", attribute, op, values, ...(ignoreCase === true ? { ignoreCase } : {}) } as const;
  try {
    const value = attribute === NOW ? trace.now : attributeReader(attribute)(trace.attributes);
    const holds = passes(compiled, value);
    if (value === undefined) return { ...asked, holds };
    if (trace.redact(attribute)) return { ...asked, holds, redacted: true };
    return { ...asked, holds, actual: explainValue(value) };
  } catch {
    return { ...asked, holds: false, failed: true };
  }
}
