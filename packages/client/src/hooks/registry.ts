/**
 * The hooks of one client, and how one evaluation goes through them.
 *
 *     before 1 ─► before 2 ─► evaluate ─► after 2, 1  or  error 2, 1 ─► finally 2, 1
 *
 * It does not evaluate, and knows nothing of flags. What a hook throws is told once for each hook and goes nowhere.
 */
import type { EvaluationContext, EvaluationResult, FlagType, JsonValue } from "@bannerol/core";
import { isPromise } from "../promises.ts";
import type { ClientProblem } from "../status.ts";
import { reasonOf } from "../tell.ts";
import { EvaluationError, type Hook, type HookContext } from "./hook.ts";

export interface Hooks {
  /** Whether there is a hook to run now: the one thing that an evaluation looks at where there are none. */
  active: boolean;
  readonly use: (hook: Hook) => () => void;
  readonly run: <R extends EvaluationResult<JsonValue>>(
    question: Question,
    evaluate: (context: EvaluationContext | undefined) => R,
  ) => R;
}

/** What was asked, by whom it may concern. */
export interface Question {
  readonly flagKey: string;
  readonly type: FlagType;
  readonly context: EvaluationContext | undefined;
  readonly defaultValue: JsonValue;
}

type Stage = keyof Hook;

/** One `use()`. */
interface Used {
  readonly hook: Hook;
  reported: boolean;
}

/** One hook in one evaluation. */
interface Party {
  readonly used: Used;
  readonly hookData: Map<string, unknown>;
}

/** What each stage is handed beside the hook context. */
type Call = (hook: Hook, hookContext: HookContext) => unknown;

export function createHooks(clientName: string | undefined, report: (problem: ClientProblem) => void): Hooks {
  let all: readonly Used[] = [];
  // A hook that evaluates a flag would run itself without end.
  let running = false;
  const refresh = (): void => {
    hooks.active = all.length > 0 && !running;
  };

  const use = (hook: Hook): (() => void) => {
    if (typeof hook !== "object" || hook === null) {
      throw new TypeError("use() needs a hook: an object with any of before, after, error and finally.");
    }
    const used: Used = { hook, reported: false };
    all = [...all, used];
    refresh();
    return () => {
      all = all.filter((other) => other !== used);
      refresh();
    };
  };

  const failed = (used: Used, stage: Stage, what: string): void => {
    if (used.reported) return;
    used.reported = true;
    const message = `A hook's ${stage} stage ${what} The evaluation went on without it; further failures of this hook are not reported.`;
    report({ code: "hook_failed", message });
  };

  const attempt = (used: Used, stage: Stage, work: () => unknown): unknown => {
    try {
      const answer = work();
      if (!isPromise(answer)) return answer;
      Promise.resolve(answer).catch((error: unknown) => failed(used, stage, `rejected: ${reasonOf(error)}.`));
      if (stage === "before") {
        failed(used, stage, "answered with a promise, and evaluation does not wait. Answer with the attributes.");
      }
    } catch (error) {
      failed(used, stage, `threw: ${reasonOf(error)}.`);
    }
    return undefined;
  };

  const before = (parties: readonly Party[], question: Question): EvaluationContext | undefined => {
    let { context } = question;
    for (const party of parties) {
      attempt(party.used, "before", () => {
        const answer = party.used.hook.before?.(hookContextOf(party, question, context));
        // Copied here, so that what throws when it is read is this hook's failure and not the evaluation's.
        if (isAttributes(answer)) context = { ...context, ...answer };
        return answer;
      });
    }
    return context;
  };

  const hookContextOf = (
    { hookData }: Party,
    { flagKey, type, defaultValue }: Question,
    context: EvaluationContext | undefined,
  ): HookContext =>
    Object.freeze({
      flagKey,
      type,
      context: context ?? {},
      defaultValue,
      ...(clientName !== undefined && { clientName }),
      hookData,
    });

  const conclude = (parties: readonly Party[], question: Question, result: EvaluationResult): void => {
    const tell = (stage: Stage, call: Call): void => {
      for (const party of parties) {
        attempt(party.used, stage, () => call(party.used.hook, hookContextOf(party, question, question.context)));
      }
    };
    if (result.errorCode === undefined) tell("after", (hook, hookContext) => hook.after?.(hookContext, result));
    else {
      const error = new EvaluationError(result.errorCode, result.errorMessage ?? "");
      tell("error", (hook, hookContext) => hook.error?.(hookContext, error));
    }
    tell("finally", (hook, hookContext) => hook.finally?.(hookContext, result));
  };

  const run: Hooks["run"] = (question, evaluate) => {
    const parties = all.map((used) => ({ used, hookData: new Map<string, unknown>() }));
    running = true;
    refresh();
    try {
      const context = before(parties, question);
      const result = evaluate(context);
      Object.freeze(result);
      conclude(parties.reverse(), { ...question, context }, result);
      return result;
    } finally {
      running = false;
      refresh();
    }
  };

  const hooks: Hooks = { active: false, use, run };
  return hooks;
}

function isAttributes(answer: unknown): answer is EvaluationContext {
  return typeof answer === "object" && answer !== null && !Array.isArray(answer) && !isPromise(answer);
}
