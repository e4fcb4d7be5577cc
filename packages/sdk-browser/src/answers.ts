/** Asks the server what a context is served, until it has answered, and never more often than a server can bear. */
import type { Clock, Ending, HttpAnswer, HttpTransport, Random, Timers } from "@bannerol/client";
import { endingOf, nextTryAt, serverWaitMs } from "@bannerol/client/page";
import type { EvaluationContext } from "@bannerol/core";
import { browserClock as clock, browserTimers as timers } from "./net/browser-ports.ts";
import { httpTransport } from "./net/http.ts";
import type { Server } from "./options.ts";
import type { Answer, Answers } from "./view.ts";

export interface AnswerPorts {
  readonly http: Pick<HttpTransport, "post">;
  readonly clock: Pick<Clock, "monotonic">;
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
  /** A try has failed. There will be another, unless it is cancelled now. */
  readonly failed: (reason: string) => void;
}

/** What it gives back cancels the question. */
export type Ask = (question: Question, told: Told) => () => void;

const LIMITS = { limitBytes: 64 * 1024 * 1024, idleTimeoutMs: 15_000, timeoutMs: 30_000 };

/** So many requests in any so long, of all questions together: contexts and changes may come faster. */
const MOST = 10;
const MOST_WITHIN_MS = 10_000;

/** Of the server, by the page's own `fetch` and clock. */
export const askOf = (server: Server): Ask =>
  createAsk({ clock, timers, random: Math.random, http: httpTransport(server) });

export function createAsk(ports: AnswerPorts): Ask {
  const waits = { failures: 0, notBefore: 0 };
  let sent: readonly number[] = [];

  return (question, { answered, failed }) => {
    const { context, flags, epoch, atLeast: revision } = question;
    let cancel: () => void;
    let body: string;
    try {
      body = JSON.stringify({ context, flags: flags === "all" ? undefined : flags });
    } catch (error) {
      // Nor could it be later. What the page evaluates is not to wait for that.
      return ports.timers.set(0, () => {
        answered({ epoch, revision, flags: new Map() });
        failed(`${error}`);
      });
    }
    const ask = (): void => {
      const now = ports.clock.monotonic();
      const wait = Math.max(waits.notBefore, (sent.at(-MOST) ?? -MOST_WITHIN_MS) + MOST_WITHIN_MS) - now;
      if (wait > 0) {
        cancel = ports.timers.set(wait, ask);
        return;
      }
      sent = [...sent.slice(1 - MOST), now];
      cancel = ports.http.post({ path: "/sdk/v1/evaluate", headers: {}, body, ...LIMITS }, take);
    };
    const take = (answer: HttpAnswer): void => {
      const read = readAnswer(answer, question);
      if ("flags" in read) {
        waits.failures = 0;
        answered(read);
      } else {
        waits.notBefore = nextTryAt(waits, ports, serverWaitMs(read, ports.random));
        waits.failures++;
        ask();
        failed(read.reason);
      }
    };
    ask();
    return () => cancel();
  };
}

function readAnswer(answer: HttpAnswer, { epoch, atLeast }: Question): Answers | Ending {
  if (!answer.ok) return answer;
  if (answer.status !== 200) return endingOf(answer);
  try {
    const body: { readonly epoch: string; readonly revision: number; readonly flags: { [key: string]: Answer } } =
      JSON.parse(answer.body);
    if (body.epoch === epoch && body.revision < atLeast) return { reason: "It has not heard of the last change yet." };
    return { ...body, flags: new Map(Object.entries(body.flags)) };
  } catch {
    return { reason: "Its answer cannot be read." };
  }
}
