/**
 * The thread that judges patterns, one at a time.
 *
 *     none ─ask─► starting ─ready─► judging ─verdict─► idle ─ask─► judging
 *       ▲             │                │ late, crashed   │
 *       └─────────────┴────────────────┴──────close──────┘
 *
 * It starts when it is first needed, and again where it was ended because a question took too long or broke it. While
 * it is idle it keeps no process alive. It knows nothing of patterns: what a verdict is good for, the prover says.
 */
import { Worker } from "node:worker_threads";
import type { Question, Verdict } from "./verdict.ts";
import { verdictSchema } from "./verdict.ts";

/** What the judge counts itself starts later and ends earlier than what is counted here. */
const GRACE_MS = 500;
/** Reading three megabytes of program takes a tenth of a second, on a machine that has anything else to do longer. */
const START_MS = 10_000;

const UNKNOWN: Verdict = { growth: "unknown" };

export class JudgeThread {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Waits for its turn. Never rejects: where the thread fails, is too late or is closed, the verdict is unknown. */
  readonly ask = (question: Question): Promise<Verdict> => {
    const verdict = this.#turn.then(() => this.#judge(question));
    this.#turn = verdict;
    return verdict;
  };

  /** Ends the thread. What is being asked, and whatever is asked later, gets no verdict. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #judge(question: Question): Promise<Verdict> {
    if (this.#closed) return UNKNOWN;
    const worker = this.#worker ?? (await this.#start());
    if (worker === undefined) return UNKNOWN;
    worker.ref();
    worker.postMessage(question);
    const read = verdictSchema.safeParse(await nextMessage(worker, question.timeoutMs + GRACE_MS));
    if (!read.success) await this.#end();
    worker.unref();
    return read.success ? read.data : UNKNOWN;
  }

  async #start(): Promise<Worker | undefined> {
    const worker = new Worker(new URL("./proof-worker.js", import.meta.url));
    this.#worker = worker;
    // A thread that breaks between two questions is noticed by the next one, which starts another.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    if ((await nextMessage(worker, START_MS)) === "ready") return worker;
    await this.#end();
    return undefined;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** What the thread says next; `undefined` where it ends or is too late. */
function nextMessage(worker: Worker, withinMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const finish = (message?: unknown) => {
      clearTimeout(timer);
      worker.off("message", finish).off("exit", end);
      resolve(message);
    };
    const end = () => finish();
    const timer = setTimeout(end, withinMs);
    worker.on("message", finish).on("exit", end);
  });
}
