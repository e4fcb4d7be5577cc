import { keyIn, readTargetingKey } from "../attributes.ts";
import { type Finding, Inspection, inOneLine } from "../check/inspection.ts";
import type { Flag, Target } from "../model.ts";
import type { Outcome } from "../result.ts";
import { compileCondition, compileReference } from "./condition.ts";
import type { Holds, LinkedFlag, Scope } from "./linked.ts";
import { OutcomeList } from "./outcomes.ts";
import { type CompiledServe, compileServe } from "./serve.ts";

/** A flag, ready to answer. */
export interface Program {
  /** Absent where it cannot be read. */
  readonly flag: Flag | undefined;
  readonly outcomes: readonly Outcome[];
  /** The answer to every context, where there is but one. */
  readonly constant: Outcome | undefined;
  /** May throw where the attributes do. Allocates nothing. */
  readonly decide: LinkedFlag["serve"];
  /** The answer where `decide` throws. */
  readonly failed: Outcome;
  /** Present where the flag is enabled and can be evaluated. */
  readonly parts: DecisionParts | undefined;
  /** What is wrong with the flag, or was not understood in it. */
  readonly findings: readonly Finding[];
}

/** What an enabled flag goes through, in this order. Prerequisites and rules are the flag's, by position. */
export interface DecisionParts {
  readonly prerequisites: readonly Holds[];
  readonly prerequisiteFailed: Outcome;
  /** All target lists in one, since a key's first list is the one that counts. Absent where there are none. */
  readonly targets: ReadonlyMap<string, Outcome> | undefined;
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
  /** The answer to a context that the fallthrough leaves out. */
  readonly leftOut: Outcome;
}

export interface CompiledRule {
  /** Nowhere, where any part of the condition was not understood. */
  readonly holds: Holds;
  readonly serve: CompiledServe["serve"];
  /** What was not understood. */
  readonly problems: readonly Finding[];
}

const NOTHING: readonly Finding[] = [];

/** The program of a flag that cannot be read. */
export function unreadableProgram(key: string, findings: readonly Finding[]): Program {
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  const message = `Flag ${key} cannot be read. ${findings.slice(0, 1).map(inOneLine).join()}${more}`;
  const outcomes = new OutcomeList(key, []);
  return constantProgram(undefined, outcomes, { constant: outcomes.error("PARSE_ERROR", message), findings });
}

/** The program of an enabled flag whose references lead into a cycle. */
export function circularProgram(key: string, flag: Flag): Program {
  const message = "The references of this flag lead into a cycle. Remove one of those that close it.";
  const outcomes = new OutcomeList(key, flag.variants);
  const constant = outcomes.error("GENERAL", `Flag ${key}: ${message}`);
  return constantProgram(flag, outcomes, { constant, findings: [{ path: "", message }] });
}

/** What stands in for a program where compiling threw. */
export function failedProgram(key: string): Program {
  const outcomes = new OutcomeList(key, []);
  return constantProgram(undefined, outcomes, { constant: outcomes.failed, findings: NOTHING });
}

/** A program that answers the same to everybody. */
function constantProgram(
  flag: Flag | undefined,
  { all: outcomes, failed }: OutcomeList,
  { constant, findings }: { readonly constant: Outcome; readonly findings: readonly Finding[] },
): Program {
  return { flag, outcomes, constant, decide: () => constant, failed, parts: undefined, findings };
}

/** The program of a flag that can be read and whose references lead into no cycle. */
export function compileFlag(key: string, flag: Flag, scope: Scope): Program {
  const outcomes = new OutcomeList(key, flag.variants);
  if (!flag.enabled) {
    return constantProgram(flag, outcomes, { constant: outcomes.answer(flag.off, "DISABLED"), findings: NOTHING });
  }
  const problems = new Inspection("reader");
  const parts = compileParts(flag, outcomes, { scope, problems });
  return {
    flag,
    outcomes: outcomes.all,
    constant: asksNothing(flag) ? parts.fallthrough.always : undefined,
    decide: decider(parts),
    failed: outcomes.failed,
    parts,
    findings: problems.findings,
  };
}

function asksNothing({ prerequisites, targets, rules }: Flag): boolean {
  return prerequisites.length + targets.length + rules.length === 0;
}

/** What compiling reads from and reports to. */
interface Surroundings {
  readonly scope: Scope;
  readonly problems: Inspection;
}

function compileParts(flag: Flag, outcomes: OutcomeList, surroundings: Surroundings): DecisionParts {
  const variantReason = asksNothing(flag) ? "STATIC" : "DEFAULT";
  return {
    prerequisites: flag.prerequisites.map((prerequisite) => compileReference(prerequisite, surroundings.scope)),
    prerequisiteFailed: outcomes.answer(flag.off, "PREREQUISITE_FAILED"),
    targets: compileTargets(flag.targets, outcomes),
    rules: compileRules(flag, outcomes, surroundings),
    fallthrough: compileServe(flag.fallthrough, { flag, outcomes, variantReason }),
    leftOut: outcomes.answer(flag.off, "DEFAULT"),
  };
}

function compileTargets(targets: readonly Target[], outcomes: OutcomeList): DecisionParts["targets"] {
  if (targets.length === 0) return undefined;
  const byKey = new Map<string, Outcome>();
  for (const { variant, keys } of targets) {
    const outcome = outcomes.answer(variant, "TARGETING_MATCH");
    for (const key of keys) if (!byKey.has(key)) byKey.set(key, outcome);
  }
  return byKey;
}

function compileRules(flag: Flag, outcomes: OutcomeList, { scope, problems }: Surroundings): readonly CompiledRule[] {
  return flag.rules.map(({ id: ruleId, when, serve: served }, at) => {
    const before = problems.findings.length;
    const compile = () => problems.under("when", () => compileCondition(when, scope, problems));
    const holds = problems.under("rules", () => problems.under(at, compile));
    const { serve } = compileServe(served, { flag, outcomes, variantReason: "TARGETING_MATCH", ruleId });
    if (problems.findings.length === before) return { holds, serve, problems: NOTHING };
    return { holds: () => false, serve, problems: problems.findings.slice(before) };
  });
}

/** Steps 3 to 6 of "Evaluation" in the model. */
function decider(parts: DecisionParts): LinkedFlag["serve"] {
  const { prerequisites, prerequisiteFailed, targets, rules, fallthrough, leftOut } = parts;
  return (attributes, now, run) => {
    for (const isMet of prerequisites) if (!isMet(attributes, now, run)) return prerequisiteFailed;
    if (targets !== undefined) {
      const key = keyIn(readTargetingKey(attributes));
      const targeted = key === undefined ? undefined : targets.get(key);
      if (targeted !== undefined) return targeted;
    }
    for (const rule of rules) {
      if (!rule.holds(attributes, now, run)) continue;
      const served = rule.serve(attributes);
      if (served !== undefined) return served;
    }
    return fallthrough.serve(attributes) ?? leftOut;
  };
}
