import { type Finding, inOneLine, Problems } from "../check/inspection.ts";
import type { Flag, Rule, Target } from "../model.ts";
import type { Outcome } from "../result.ts";
import { type Branch, endAt, link } from "./branch.ts";
import { compileCondition, compileReference } from "./condition.ts";
import { MAX_DEPTH } from "./graph.ts";
import type { Holds, Scope } from "./linked.ts";
import type { OutcomeList } from "./outcomes.ts";
import { type DecisionParts, Program } from "./program.ts";
import { hasRollout } from "./serve.ts";

const NO_PREREQUISITES: readonly Holds[] = [];

/** The program of a flag that cannot be read. */
export function unreadableProgram(key: string, findings: readonly Finding[]): Program {
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  const message = `Flag ${key} cannot be read. ${findings.slice(0, 1).map(inOneLine).join()}${more}`;
  const program = new Program(key, undefined);
  return program.answerAll(program.error("PARSE_ERROR", message), findings);
}

/** The program of an enabled flag whose references lead into a cycle. */
export function circularProgram(key: string, flag: Flag): Program {
  return unfollowedProgram(
    key,
    flag,
    "The references of this flag lead into a cycle. Remove one of those that close it.",
  );
}

/** The program of an enabled flag whose references lead through more than can be followed. */
export function tooDeepProgram(key: string, flag: Flag): Program {
  return unfollowedProgram(
    key,
    flag,
    `The references of this flag lead from one to the next more than ${MAX_DEPTH} times. Refer to what stands further along instead.`,
  );
}

function unfollowedProgram(key: string, flag: Flag, message: string): Program {
  const program = new Program(key, flag);
  return program.answerAll(program.error("GENERAL", `Flag ${key}: ${message}`), [{ path: "", message }]);
}

/** What stands in for a program where compiling threw. */
export function failedProgram(key: string): Program {
  const program = new Program(key, undefined);
  return program.answerAll(program.failed);
}

/** The program of a flag that can be read and whose references lead into no cycle. */
export function compileFlag(key: string, flag: Flag, scope: Scope): Program {
  const program = new Program(key, flag);
  if (!flag.enabled) return program.answerAll(program.answer(flag.off, "DISABLED"));
  const { prerequisites, targets, rules } = flag;
  const { start, after, problems } = compileRules(rules, scope);
  const parts: DecisionParts = {
    prerequisites:
      prerequisites.length === 0
        ? NO_PREREQUISITES
        : prerequisites.map((prerequisite) => compileReference(prerequisite, scope)),
    targets: targets.length === 0 ? undefined : compileTargets(targets, program),
    start,
    after,
    problems,
  };
  if (problems !== undefined) program.findings = allOf(problems);
  return program.goThrough(parts, flag);
}

/** In the order of the rules. */
function allOf(problems: ReadonlyMap<number, readonly Finding[]>): readonly Finding[] {
  return [...problems].sort(([a], [b]) => a - b).flatMap(([, findings]) => findings);
}

function compileTargets(targets: readonly Target[], outcomes: OutcomeList): DecisionParts["targets"] {
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
function compileRules(rules: readonly Rule[], scope: Scope): Pick<DecisionParts, "start" | "after" | "problems"> {
  const found = new Problems();
  let after: Branch[] | undefined;
  let start = endAt(rules.length);
  let problems: Map<number, readonly Finding[]> | undefined;
  // From the last rule to the first, since a rule leads to the one after it.
  for (let at = rules.length - 1; at >= 0; at--) {
    const rule = rules[at];
    if (rule === undefined) continue;
    if (hasRollout(rule.serve)) {
      after ??= [];
      after[at] = start;
    }
    const before = found.findings.length;
    const condition = compileCondition(rule.when, scope, found);
    if (found.findings.length === before) start = link(condition, endAt(at), start);
    else {
      for (const step of ["when", at, "rules"]) found.place(before, step);
      problems ??= new Map();
      problems.set(at, found.findings.slice(before));
    }
  }
  return { start, after, problems };
}
