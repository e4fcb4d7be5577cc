/** From raw JSON to the first answer, then every flag once: cold, which is how a process starts. */
import { readFileSync } from "node:fs";
import { startFlags, usersOf } from "./scenarios.ts";
import type { Subject } from "./subject.ts";

export interface Start {
  readonly firstMs: number;
  readonly eachMs: number;
  /** What the heap holds more than before, the text not counted. */
  readonly heapMiB: number;
}

export async function start(subject: Subject): Promise<Start> {
  const keys = startFlags.map(({ key }) => key);
  const [user] = usersOf(1);
  if (user === undefined) throw new Error("There is no user.");
  const text = subject.raw(startFlags);
  const before = heap();
  const began = ranMs();
  const { ask } = await subject.start(text, user);
  expectTrue(await ask("flag-0"));
  const firstMs = ranMs() - began;
  const beganEach = ranMs();
  for (const key of keys) {
    const answer = ask(key);
    expectTrue(answer instanceof Promise ? await answer : answer);
  }
  const eachMs = ranMs() - beganEach;
  const heapMiB = (heap() - before) / 2 ** 20;
  expectTrue(await ask("flag-1"));
  return { firstMs, eachMs, heapMiB };
}

function expectTrue(answer: unknown): void {
  if (answer !== true) throw new Error(`It answers ${JSON.stringify(answer)} instead of true.`);
}

/**
 * How long this thread has run on a processor, to a few milliseconds: what else the machine does makes little difference
 * to it. By the clock, where the system does not tell.
 */
function ranMs(): number {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
