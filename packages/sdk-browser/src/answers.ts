/** Asks the server what a context is served, until it has answered. */
import type { HttpAnswer, HttpTransport, Random, Timers } from "@bannerol/client";
import { backoffMs, endingOf } from "@bannerol/client/page";
import type { EvaluationContext } from "@bannerol/core";
import type { Answer, Answers } from "./view.ts";

export interface AnswerPorts {
  readonly http: Pick<HttpTransport, "post">;
  readonly timers: Pick<Timers, "set">;
  readonly random: Random;
}

export interface Question {
  readonly context: EvaluationContext;
  readonly flags: readonly string[] | "all";
  /** An answer of an older state, from a node that has not heard of it yet, is none. */
  readonly epoch: string;
  readonly atLeast: number;
}

interface Told {
  readonly answered: (answers: Answers) => void;
  /** A try has failed. There will be another. */
  readonly failed: (reason: string) => void;
}

const LIMITS = { limitBytes: 64 * 1024 * 1024, idleTimeoutMs: 15_000, timeoutMs: 30_000 };

/** The answer cancels it. */
export function askServer({ http, timers, random }: AnswerPorts, question: Question, told: Told): () => void {
  const { context, flags } = question;
  let failures = 0;
  let cancel: () => void;
  const ask = (): void => {
    const body = JSON.stringify(flags === "all" ? { context } : { context, flags });
    cancel = http.post({ path: "/sdk/v1/evaluate", headers: {}, body, ...LIMITS }, take);
  };
  const take = (answer: HttpAnswer): void => {
    const read = readAnswer(answer, question);
    if ("flags" in read) told.answered(read);
    else {
      const wait = Math.max(backoffMs(failures++, random()), read.retryAfterMs ?? 0);
      cancel = timers.set(wait, ask);
      told.failed(read.reason);
    }
  };
  ask();
  return () => cancel();
}

interface Failure {
  readonly reason: string;
  readonly retryAfterMs?: number;
}

function readAnswer(answer: HttpAnswer, { epoch, atLeast }: Question): Answers | Failure {
  if (!answer.ok) return answer;
  if (answer.status !== 200) return endingOf(answer);
  try {
    const body: { readonly epoch: string; readonly revision: number; readonly flags: { [key: string]: Answer } } =
      JSON.parse(answer.body);
    if (body.epoch === epoch && body.revision < atLeast) return { reason: "It has not heard of the last change yet." };
    return { epoch: body.epoch, revision: body.revision, flags: new Map(Object.entries(body.flags)) };
  } catch {
    return { reason: "Its answer cannot be read." };
  }
}
