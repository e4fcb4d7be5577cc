import type { Inspection } from "../check/inspection.ts";
import { isRecord } from "../json.ts";
import type { Condition, FlagReference } from "../model.ts";
import { compileTest } from "./attribute-test.ts";
import type { Holds, Scope } from "./linked.ts";

/**
 * Compiles a condition. What is not understood is reported to `problems`, with its place, and holds nowhere; it is the
 * caller's part to let nothing be decided by a condition with any problem in it.
 */
export function compileCondition(condition: Condition, scope: Scope, problems: Inspection): Holds {
  if (isOf(condition, "attribute")) return compileTest(condition, problems);
  if (isOf(condition, "all")) return all(compileParts("all", condition.all, { scope, problems }));
  if (isOf(condition, "any")) return any(compileParts("any", condition.any, { scope, problems }));
  if (isOf(condition, "not")) return not(problems.under("not", () => compileCondition(condition.not, scope, problems)));
  if (isOf(condition, "segment")) return compileMembership(condition.segment, scope, problems);
  if (isOf(condition, "flag")) return compileReference(condition, scope);
  problems.add("This kind of condition is not known here. A newer version of this software may know it.");
  return never;
}

/** Absent and undefined are the same: a document may have been written as a JavaScript object. */
export function isOf<K extends string>(
  condition: Condition,
  kind: K,
): condition is Extract<Condition, { readonly [name in K]: unknown }> {
  const fields: unknown = condition;
  return isRecord(fields) && fields[kind] !== undefined;
}

const always: Holds = () => true;
const never: Holds = () => false;

function compileParts(
  name: string,
  parts: readonly Condition[],
  { scope, problems }: { readonly scope: Scope; readonly problems: Inspection },
): readonly Holds[] {
  return problems.under(name, () =>
    parts.map((part, at) => problems.under(at, () => compileCondition(part, scope, problems))),
  );
}

/** None, one and two parts are the common cases, and need no loop. */
function all(parts: readonly Holds[]): Holds {
  const [a = always, b = always, ...more] = parts;
  if (parts.length <= 1) return a;
  if (more.length === 0) return (attributes, now, run) => a(attributes, now, run) && b(attributes, now, run);
  return (attributes, now, run) => {
    for (const part of parts) if (!part(attributes, now, run)) return false;
    return true;
  };
}

function any(parts: readonly Holds[]): Holds {
  const [a = never, b = never, ...more] = parts;
  if (parts.length <= 1) return a;
  if (more.length === 0) return (attributes, now, run) => a(attributes, now, run) || b(attributes, now, run);
  return (attributes, now, run) => {
    for (const part of parts) if (part(attributes, now, run)) return true;
    return false;
  };
}

function not(part: Holds): Holds {
  return (attributes, now, run) => !part(attributes, now, run);
}

/** Membership in a segment that has been compiled before. */
export function compileMembership(key: string, scope: Scope, problems: Inspection): Holds {
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
