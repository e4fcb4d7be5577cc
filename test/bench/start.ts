/** From raw JSON to the first answer, then every flag once: cold, which is how a process starts. */
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
  const began = performance.now();
  const { ask } = await subject.start(text, user);
  expectTrue(await ask("flag-0"));
  const firstMs = performance.now() - began;
  const beganEach = performance.now();
  for (const key of keys) {
    const answer = ask(key);
    expectTrue(answer instanceof Promise ? await answer : answer);
  }
  const eachMs = performance.now() - beganEach;
  const heapMiB = (heap() - before) / 2 ** 20;
  expectTrue(await ask("flag-1"));
  return { firstMs, eachMs, heapMiB };
}

function expectTrue(answer: unknown): void {
  if (answer !== true) throw new Error(`It answers ${JSON.stringify(answer)} instead of true.`);
}

function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
