import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkPatterns } from "./check-patterns.ts";
import { JudgeThread } from "./judge-thread.ts";
import { PatternProver } from "./pattern-prover.ts";
import { type Proof, prove } from "./prove.ts";
import type { Judge, Verdict } from "./verdict.ts";

const never = (): number => 0;
const pattern = (text: string) => ({ pattern: text, ignoreCase: false });
const answering =
  (...verdicts: Verdict[]): Judge =>
  async () =>
    verdicts.shift() ?? { growth: "unknown" };

describe("a proof", () => {
  it.each<[string, Verdict[], Proof["proved"]]>([
    ["ab", [{ growth: 1 }], true],
    ["a+", [{ growth: 2 }], true],
    ["a+", [{ growth: 3 }], false],
    ["a+", [{ growth: "exponential" }], false],
    ["a+", [{ growth: "unknown" }], false],
    // 2^6 ways are bearable in quadratic time, 2^7 are not.
    [`${"a?".repeat(6)}b+`, [{ growth: 2 }], true],
    [`${"a?".repeat(7)}b+`, [{ growth: 2 }], false],
    ["a{3}b+", [{ growth: "unknown" }, { growth: 2 }], true],
    ["a{3}b+", [{ growth: "unknown" }, { growth: 3 }], false],
    ["a{1,9}b+", [{ growth: "exponential" }, { growth: 1 }], true],
  ])("of %s with the verdicts %j: %s", async (text, verdicts, proved) => {
    expect(await prove(pattern(text), { judge: answering(...verdicts), monotonic: never })).toMatchObject({ proved });
  });

  it("shows a text that stalls, shortened, and what to do", async () => {
    const judge = answering({ growth: "exponential", attack: "\u0000".repeat(100) });
    const proof = await prove(pattern("x"), { judge, monotonic: never });
    expect(proof).toMatchObject({
      message: expect.stringMatching(
        /^On a text like "(\\u0000){24}…" the pattern takes exponential time, .* use startsWith/,
      ),
    });
  });

  it("is not asked for where an engine does not take the pattern", async () => {
    const judge = vi.fn<Judge>();
    expect(await prove(pattern("(?=a)"), { judge, monotonic: never })).toMatchObject({ proved: false, certain: true });
    expect(judge).not.toHaveBeenCalled();
  });
});

describe("the thread that judges", () => {
  const threads: JudgeThread[] = [];
  const start = () => {
    const thread = new JudgeThread();
    threads.push(thread);
    return thread;
  };
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const thread of threads.splice(0)) await thread.close();
  });
  const linear = { source: "a+", flags: "u", timeoutMs: 5_000 };

  it("knows nothing of what takes too long, and judges on", async () => {
    const thread = start();
    const slow = thread.ask({ source: "(?:a{1,99}b{1,99}c?){1,99}d+$", flags: "iu", timeoutMs: 20 });
    const next = thread.ask(linear);
    expect(await slow).toEqual({ growth: "unknown" });
    expect(await next).toEqual({ growth: 1 });
  });

  it("is started again after it was killed, and where it dies while it judges there is no verdict", async () => {
    const thread = start();
    await thread.ask(linear);
    const killed = vi.spyOn(Worker.prototype, "postMessage").mockImplementationOnce(function (this: Worker) {
      void this.terminate();
    });
    expect(await thread.ask(linear)).toEqual({ growth: "unknown" });
    killed.mockRestore();
    expect(await thread.ask(linear)).toEqual({ growth: 1 });
  });

  it("answers whoever waits when it is closed, and starts no more", async () => {
    const thread = start();
    const waiting = [thread.ask(linear), thread.ask(linear)];
    await thread.close();
    expect(await Promise.all(waiting)).toEqual([{ growth: "unknown" }, { growth: "unknown" }]);
    expect(await thread.ask(linear)).toEqual({ growth: "unknown" });
  });

  it("has no verdict on what is no pattern", async () => {
    expect(await start().ask({ source: "(", flags: "u", timeoutMs: 5_000 })).toEqual({ growth: "unknown" });
  });
});

describe("a prover", () => {
  it("remembers what is certain, and asks again for what was not proved in time", async () => {
    const prover = new PatternProver();
    const first = prover.prove(pattern("a+b"));
    expect(prover.prove(pattern("a+b"))).toBe(first);
    expect(await first).toEqual({ proved: true });
    await prover.close();
    expect(await prover.prove(pattern("a+b"))).toEqual({ proved: true });
    const late = prover.prove(pattern("a+c"));
    expect(await late).toMatchObject({ proved: false, certain: false });
    expect(prover.prove(pattern("a+c"))).not.toBe(late);
  });
});

describe("the patterns of a document", () => {
  const test = (...values: string[]) => ({ attribute: "a", op: "matches", values });
  const refusing = async ({ pattern }: { pattern: string }): Promise<Proof> =>
    pattern.startsWith("bad") ? { proved: false, message: `${pattern} is bad.`, certain: true } : { proved: true };

  it("are each refused in their place; those that are too long are left to the other checks", async () => {
    const when = { any: [test("good", "bad1"), { not: test("bad2", `bad${"x".repeat(256)}`) }] };
    expect(await checkPatterns({ when }, { prove: refusing, monotonic: never })).toEqual([
      { path: "when.any[0].values[1]", message: "bad1 is bad." },
      { path: "when.any[1].not.values[0]", message: "bad2 is bad." },
    ]);
  });

  it("hold a request up for so long and no longer", async () => {
    let now = 0;
    const prove = async (): Promise<Proof> => {
      now += 6_000;
      return { proved: true };
    };
    const findings = await checkPatterns({ when: test("a", "b", "c") }, { prove, monotonic: () => now });
    expect(findings).toEqual([{ path: "when.values[2]", message: expect.stringContaining("Send it again") }]);
  });
});
