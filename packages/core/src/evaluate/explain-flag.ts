import { readTargetingKey, TARGETING_KEY } from "../attributes.ts";
import type { DecisionParts, Program } from "../compile/program.ts";
import type { Flag } from "../model.ts";
import type { Outcome } from "../result.ts";
import { explainCondition, explainReference } from "./explain-condition.ts";
import { explainServe } from "./explain-serve.ts";
import { explainKey } from "./explain-value.ts";
import type { FlagExplanation, Step } from "./explanation.ts";
import { safely, type Trace } from "./trace.ts";

type StepTaken = Step extends infer S ? (S extends Step ? Omit<S, "decided"> : never) : never;

/** A step, and the outcome where it is the one that decides. */
interface Taken {
  readonly step: StepTaken;
  readonly outcome?: Outcome | undefined;
}

/** An enabled flag, and what it was compiled to. */
interface Compiled {
  readonly program: Program;
  readonly flag: Flag;
  readonly parts: DecisionParts;
}

/** The decision of a flag with every step taken. `outcome` is the evaluation's own; the steps tell how it came. */
export function explainFlag(
  key: string,
  { program, outcome }: { readonly program: Program; readonly outcome: Outcome },
  trace: Trace,
): FlagExplanation {
  const { index: _, value, ...answer } = outcome;
  const shown = outcome.errorCode === undefined ? { value } : {};
  return { flag: key, ...shown, ...answer, steps: stepsTo(outcome, program, trace) };
}

function stepsTo(outcome: Outcome, program: Program, trace: Trace): readonly Step[] {
  const taken: Taken[] = [];
  for (const each of stepsOf(program, trace)) {
    taken.push(each);
    if (each.outcome !== undefined) break;
  }
  // Where reading the context threw, the steps may go on beyond that place: they count what cannot be read as missing.
  const decides = taken.at(-1)?.outcome === outcome;
  const steps = taken.map(({ step }, at): Step => ({ ...step, decided: decides && at === taken.length - 1 }));
  return decides ? steps : [...steps, { step: "error", message: outcome.errorMessage ?? "", decided: true }];
}

/** The steps in the order of "Evaluation" in the model. */
function* stepsOf(program: Program, trace: Trace): Generator<Taken> {
  const { flag, constant, parts } = program;
  if (flag === undefined) return;
  if (!flag.enabled) yield { step: { step: "enabled", enabled: false }, outcome: constant };
  if (!flag.enabled || parts === undefined) return;
  yield { step: { step: "enabled", enabled: true } };
  yield* prerequisiteSteps({ program, flag, parts }, trace);
  if (parts.targets !== undefined) yield targetsStep(parts.targets, trace);
  yield* ruleSteps({ program, flag, parts }, trace);
  const outcome =
    safely(() => program.serve(flag.rules.length, flag, trace.attributes), undefined) ?? program.leftOut(flag);
  yield { step: { step: "fallthrough", serve: explainServe(flag.fallthrough, flag, trace) }, outcome };
}

function* prerequisiteSteps({ program, flag: asking }: Compiled, trace: Trace): Generator<Taken> {
  for (const prerequisite of asking.prerequisites) {
    const { holds: met, ...found } = explainReference(prerequisite, trace);
    const { flag, variants } = prerequisite;
    const step = { step: "prerequisite", flag, variants, ...found, met } as const;
    yield { step, outcome: met ? undefined : program.prerequisiteFailed(asking) };
  }
}

function targetsStep(targets: ReadonlyMap<string, Outcome>, trace: Trace): Taken {
  const { shown, key } = explainKey(readTargetingKey, trace.attributes, trace.redact(TARGETING_KEY));
  const outcome = key === undefined ? undefined : targets.get(key);
  const variant = outcome?.variant;
  return { step: { step: "targets", ...shown, ...(variant === undefined ? {} : { variant }) }, outcome };
}

function* ruleSteps({ program, flag, parts }: Compiled, trace: Trace): Generator<Taken> {
  for (const [at, { id: ruleId, name, when, serve }] of flag.rules.entries()) {
    const problems = parts.problems?.get(at) ?? [];
    const condition = explainCondition(when, trace);
    const matched = problems.length === 0 && condition.holds;
    const step = {
      step: "rule",
      ruleId,
      ...(name === undefined ? {} : { name }),
      matched,
      when: condition,
      ...(problems.length === 0 ? {} : { problems }),
      ...(matched ? { serve: explainServe(serve, flag, trace) } : {}),
    } as const;
    yield { step, outcome: matched ? safely(() => program.serve(at, flag, trace.attributes), undefined) : undefined };
  }
}
