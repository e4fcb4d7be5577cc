import { type Attributes, keyIn, readTargetingKey } from "../attributes.ts";
import { type Finding, Inspection, inOneLine } from "../check/inspection.ts";
import type { Flag, Target } from "../model.ts";
import type { Outcome } from "../result.ts";
import { compileCondition, compileReference } from "./condition.ts";
import type { Holds, Scope } from "./linked.ts";
import { OutcomeList } from "./outcomes.ts";
import { type CompiledServe, compileServe } from "./serve.ts";

interface ProgramFields {
  /** Absent where it cannot be read. */
  readonly flag: Flag | undefined;
  /** The answer to every context, where there is but one. */
  readonly constant: Outcome | undefined;
  /** Present where the flag is enabled and can be evaluated. */
  readonly parts: DecisionParts | undefined;
  /** What is wrong with the flag, or was not understood in it. */
  readonly findings: readonly Finding[];
}

/** A flag, ready to answer. One class for all, so that calling `decide` is no call to an unknown function. */
export class Program implements ProgramFields {
  readonly flag: Flag | undefined;
  readonly constant: Outcome | undefined;
  readonly parts: DecisionParts | undefined;
  readonly findings: readonly Finding[];
  readonly #outcomes: OutcomeList;

  constructor(outcomes: OutcomeList, { flag, constant, parts, findings }: ProgramFields) {
    this.flag = flag;
    this.constant = constant;
    this.parts = parts;
    this.findings = findings;
    this.#outcomes = outcomes;
  }

  get outcomes(): readonly Outcome[] {
    return this.#outcomes.all;
  }

  /** The answer where `decide` throws. */
  get failed(): Outcome {
    return this.#outcomes.failed;
  }

  /** Steps 3 to 6 of "Evaluation" in the model. May throw where the attributes do. */
  decide(attributes: Attributes, now: number, run: number): Outcome {
    const { flag, parts } = this;
    if (parts === undefined || flag === undefined) return this.constant ?? this.failed;
    for (const isMet of parts.prerequisites) {
      if (!isMet(attributes, now, run)) return this.prerequisiteFailed(flag);
    }
    if (parts.targets !== undefined) {
      const key = keyIn(readTargetingKey(attributes));
      const targeted = key === undefined ? undefined : parts.targets.get(key);
      if (targeted !== undefined) return targeted;
    }
    for (const rule of parts.rules) {
      if (!rule.holds(attributes, now, run)) continue;
      const served = rule.serve.serve(attributes);
      if (served !== undefined) return served;
    }
    return parts.fallthrough.serve(attributes) ?? this.leftOut(flag);
  }

  /** The answer to a context that the fallthrough leaves out. */
  leftOut({ off }: Flag): Outcome {
    return this.#outcomes.answer(off, "DEFAULT");
  }

  prerequisiteFailed({ off }: Flag): Outcome {
    return this.#outcomes.answer(off, "PREREQUISITE_FAILED");
  }
}

/** What an enabled flag goes through, in this order. Prerequisites and rules are the flag's, by position. */
export interface DecisionParts {
  readonly prerequisites: readonly Holds[];
  /** All target lists in one, since a key's first list is the one that counts. Absent where there are none. */
  readonly targets: ReadonlyMap<string, Outcome> | undefined;
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
}

export interface CompiledRule {
  /** Nowhere, where any part of the condition was not understood. */
  readonly holds: Holds;
  readonly serve: CompiledServe;
  /** What was not understood. */
  readonly problems: readonly Finding[];
}

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
  const constant = asksNothing(flag) ? parts.fallthrough.always : undefined;
  const findings = problems.findings.length === 0 ? NOTHING : problems.findings;
  return new Program(outcomes, { flag, constant, parts, findings });
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
    prerequisites:
      flag.prerequisites.length === 0
        ? NO_PREREQUISITES
        : flag.prerequisites.map((prerequisite) => compileReference(prerequisite, surroundings.scope)),
    targets: compileTargets(flag.targets, outcomes),
    rules: compileRules(flag, outcomes, surroundings),
    fallthrough: compileServe(flag.fallthrough, { flag, outcomes, variantReason }),
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
    const serve = compileServe(served, { flag, outcomes, variantReason: "TARGETING_MATCH", ruleId });
    if (problems.findings.length === before) return { holds, serve, problems: NOTHING };
    return { holds: () => false, serve, problems: problems.findings.slice(before) };
  });
}
