import type { HttpAnswer } from "@bannerol/client";
import { expect, it } from "vitest";
import { type AnswerPorts, createAsk } from "./answers.ts";

const question = { context: {}, flags: "all", epoch: "e", atLeast: 1 } as const;

/** A server that answers at once, by a clock that stands until somebody waits. */
function world(answer: (at: number) => HttpAnswer) {
  let now = 0;
  let due: { at: number; fn: () => void }[] = [];
  const asked: number[] = [];
  const later = (ms: number, fn: () => void) => {
    const one = { at: now + ms, fn };
    due.push(one);
    return () => {
      due = due.filter((other) => other !== one);
    };
  };
  const ports: AnswerPorts = {
    clock: { monotonic: () => now },
    timers: { set: later },
    random: () => 0.5,
    http: {
      post(_, done) {
        asked.push(now);
        return later(10, () => done(answer(now)));
      },
    },
  };
  const until = (end: number) => {
    for (;;) {
      due.sort((a, b) => a.at - b.at);
      const next = due[0];
      if (next === undefined || next.at > end) break;
      due.shift();
      now = next.at;
      next.fn();
    }
    now = end;
  };
  return { ask: createAsk(ports), asked, until };
}

const ok = (revision: number): HttpAnswer => ({
  ok: true,
  status: 200,
  headers: new Map(),
  body: JSON.stringify({ epoch: "e", revision, flags: {} }),
});
const problem = (status: number, headers: readonly [string, string][] = []): HttpAnswer => ({
  ok: true,
  status,
  headers: new Map(headers),
  body: "{}",
});
const nobody = { answered: () => undefined, failed: () => undefined };

it("asks ten times in ten seconds at most, however often contexts and changes come, and the last one in the end", () => {
  const { ask, asked, until } = world(() => ok(1));
  const answered: number[] = [];
  let cancel = () => {};
  for (let at = 0; at < 30_000; at += 50) {
    until(at);
    cancel();
    cancel = ask(question, { ...nobody, answered: () => answered.push(at) });
  }
  until(60_000);
  for (const at of asked) {
    expect(asked.filter((other) => other >= at && other < at + 10_000).length).toBeLessThanOrEqual(10);
  }
  expect(answered.at(-1)).toBe(29_950);
});

it.each([
  ["is away", (): HttpAnswer => ({ ok: false, reason: "It is away." }), 20],
  ["has not heard of the last change", () => ok(0), 20],
  ["refuses the key", () => problem(401), 2],
  ["asks for a minute", () => problem(503, [["retry-after", "60"]]), 5],
  ["asks for thirty years", () => problem(503, [["retry-after", "999999999"]]), 1],
])("waits longer each time where the server %s", (_, answer, most) => {
  const { ask, asked, until } = world(answer);
  ask(question, nobody);
  until(5 * 60_000);
  expect(asked.length).toBeLessThanOrEqual(most);
  until(2 * 60 * 60_000);
  expect(asked.length).toBeGreaterThan(1);
});

it("waits as long where what failed was another question", () => {
  const { ask, asked, until } = world(() => problem(503, [["retry-after", "60"]]));
  ask(question, nobody)();
  until(20);
  const cancel = ask(question, nobody);
  until(1_000);
  cancel();
  ask(question, nobody);
  until(50_000);
  expect(asked).toHaveLength(2);
});
