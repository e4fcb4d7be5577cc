import { type Finding, Inspection, inOneLine } from "../check/inspection.ts";
import type { Flag, Rule, Target } from "../model.ts";
import type { Outcome } from "../result.ts";
import { type Branch, endAt, link } from "./branch.ts";
import { compileCondition, compileReference } from "./condition.ts";
import type { Holds, Scope } from "./linked.ts";
import { OutcomeList } from "./outcomes.ts";
import { type DecisionParts, Program, type ProgramFields } from "./program.ts";
import { asksNothing, compileServeAt } from "./serve.ts";

const NOTHING: readonly Finding[] = [];
const NO_PREREQUISITES: readonly Holds[] = [];

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
  outcomes: OutcomeList,
  answer: Pick<ProgramFields, "constant" | "findings">,
): Program {
  return new Program(outcomes, { flag, parts: undefined, ...answer });
}

/** The program of a flag that can be read and whose references lead into no cycle. */
export function compileFlag(key: string, flag: Flag, scope: Scope): Program {
  const outcomes = new OutcomeList(key, flag.variants);
  if (!flag.enabled) {
    return constantProgram(flag, outcomes, { constant: outcomes.answer(flag.off, "DISABLED"), findings: NOTHING });
  }
  const problems = new Inspection("reader");
  const parts = compileParts(flag, outcomes, { scope, problems });
  const constant = asksNothing(flag) ? compileServeAt(0, flag, outcomes)?.always : undefined;
  const findings = problems.findings.length === 0 ? NOTHING : problems.findings;
  return new Program(outcomes, { flag, constant, parts, findings });
}

/** What compiling reads from and reports to. */
interface Surroundings {
  readonly scope: Scope;
  readonly problems: Inspection;
}

function compileParts(flag: Flag, outcomes: OutcomeList, surroundings: Surroundings): DecisionParts {
  const { prerequisites, targets, rules } = flag;
  return {
    prerequisites:
      prerequisites.length === 0
        ? NO_PREREQUISITES
        : prerequisites.map((prerequisite) => compileReference(prerequisite, surroundings.scope)),
    targets: compileTargets(targets, outcomes),
    ...compileRules(rules, surroundings),
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

/**
 * One way through all rules: where a rule's condition does not hold, its branches lead to those of the next. A rule in
 * which something was not understood is passed by.
 */
function compileRules(
  rules: readonly Rule[],
  { scope, problems }: Surroundings,
): Pick<DecisionParts, "entries" | "problems"> {
  const entries = new Array<Branch>(rules.length + 1).fill(endAt(rules.length));
  let found: Map<number, readonly Finding[]> | undefined;
  const conditions = rules.map(({ when }, at) => {
    const before = problems.findings.length;
    const condition = compileCondition(when, scope, problems);
    if (problems.findings.length === before) return condition;
    for (const step of ["when", at, "rules"]) problems.place(before, step);
    found ??= new Map();
    found.set(at, problems.findings.slice(before));
    return undefined;
  });
  for (let at = conditions.length - 1, next = endAt(rules.length); at >= 0; at--) {
    const condition = conditions[at];
    if (condition !== undefined) next = link(condition, endAt(at), next);
    entries[at] = next;
  }
  return { entries, problems: found };
}
