import { describe, expect, it } from "vitest";
import { as, at, cellOf, half, RELEASE, setUp, thrower, treated } from "../testing/outcome-client.ts";
import { Query } from "../testing/query.ts";
import { settle } from "../testing/test-client.ts";
import type { ParallelOptions } from "./parallel-run.ts";

describe("parallelRun", () => {
  const on = { fallthrough: { variant: "on" }, watch: [] };
  const run = async <T>(options: ParallelOptions<T>, flag: object = on) => {
    const t = await setUp(flag);
    const result = (): T => t.client.parallelRun("flag", as(treated), options);
    const row = async () => {
      await settle();
      t.own.advance(0);
      await settle();
      return (await t.told()).parallel[0];
    };
    return { ...t, result, row };
  };

  it("gives the control's very result, at once; the candidate runs once the caller has gone on", async () => {
    const order: string[] = [];
    const given = { total: 1 };
    const { result, row } = await run({
      control: () => {
        order.push("control");
        return given;
      },
      candidate: () => {
        order.push("candidate");
        return { total: 1 };
      },
    });
    expect(result()).toBe(given);
    expect(order).toEqual(["control"]);
    expect(await row()).toMatchObject({ flag: "flag", revision: 7, runs: 1, matches: 1 });
    expect(order).toEqual(["control", "candidate"]);
  });

  it("does not run the candidate where the flag is off", async () => {
    let ran = false;
    const candidate = () => {
      ran = true;
      return 1;
    };
    const { result, row } = await run({ control: () => 1, candidate }, { enabled: false, watch: [] });
    expect([result(), await row(), ran]).toEqual([1, undefined, false]);
  });

  const never = () => new Promise<number>(() => undefined);
  const closed = new Proxy({}, { get: () => undefined, getPrototypeOf: thrower(new Error("no")) });
  it.each<[string, Partial<ParallelOptions<unknown>>, object]>([
    ["a match", {}, { matches: 1 }],
    [
      "a mismatch, by its signature",
      { candidate: () => "2" },
      { matches: 0, mismatches: [["/: number ≠ string", 1]], samples: ["/: number ≠ string"] },
    ],
    [
      "one within",
      { control: () => ({ items: [{ price: 1 }] }), candidate: () => ({ items: [{ price: null }] }) },
      { mismatches: [["/items/*/price: number ≠ null", 1]] },
    ],
    [
      "samples as they were let go",
      { candidate: () => 2, clean: (value) => ({ value }) },
      { samples: ['{"control":{"value":1},"candidate":{"value":2}}'] },
    ],
    [
      "a known difference",
      { candidate: () => 2, ignore: { rounding: () => true } },
      { ignored: [["rounding", 1]], matches: 0 },
    ],
    ["what is equal by the application's word", { candidate: () => 2, equal: () => true }, { matches: 1 }],
    [
      "a mismatch by the application's word, by what decided it",
      {
        control: () => ({ id: 1, total: 1 }),
        candidate: () => ({ id: 2, total: 2 }),
        equal: (a, b) => Object(a).total === Object(b).total,
      },
      { mismatches: [["/total: number ≠ number", 1]] },
    ],
    ["a comparison that throws", { equal: thrower(new Error("no")) }, { mismatches: [["/: comparing failed", 1]] }],
    [
      "results that nobody can look into",
      { control: () => closed, candidate: () => ({}), equal: () => false },
      { mismatches: [["/: comparing failed", 1]] },
    ],
    [
      "errors that nobody can look into",
      { control: () => Promise.reject(1), candidate: () => Promise.reject(closed) },
      { mismatches: [["/: comparing failed", 1]], errors: { control: 1, candidate: 1 } },
    ],
    [
      "a candidate that throws",
      { candidate: thrower(new Error("no")) },
      { matches: 0, errors: { control: 0, candidate: 1 } },
    ],
    [
      "a candidate that rejects",
      { candidate: () => Promise.reject(new Error("no")) },
      { errors: { control: 0, candidate: 1 } },
    ],
  ])("counts %s", async (_, options, expected) => {
    const { result, row } = await run<unknown>({ control: () => 1, candidate: () => 1, ...options });
    await Promise.resolve(result()).catch(() => undefined);
    expect(await row()).toMatchObject({ runs: 1, ...expected });
  });

  it("gives a candidate up, and tells it so", async () => {
    let signal: AbortSignal | undefined;
    const { result, own, row } = await run<unknown>({
      control: () => 1,
      candidate: (given) => {
        signal = given.signal;
        return never();
      },
      timeoutMs: 100,
    });
    result();
    own.advance(99);
    expect(signal?.aborted).toBe(false);
    own.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(await row()).toMatchObject({ runs: 1, timeouts: 1, matches: 0 });
  });

  it("passes the control's exception on, and compares what both throw", async () => {
    const error = new TypeError("no");
    const { result, row } = await run<never>({ control: thrower(error), candidate: thrower(new TypeError("also")) });
    expect(result).toThrow(error);
    expect(await row()).toMatchObject({ runs: 1, matches: 1, errors: { control: 1, candidate: 1 } });
  });

  it("gives the very promise; the candidate begins when it has settled", async () => {
    const order: string[] = [];
    const promise = Promise.resolve(1).then((value) => {
      order.push("control");
      return value;
    });
    const candidate = async () => {
      order.push("candidate");
      return 1;
    };
    const { result, row } = await run({ control: () => promise, candidate });
    expect(result()).toBe(promise);
    expect(await row()).toMatchObject({ matches: 1 });
    expect(order).toEqual(["control", "candidate"]);
  });

  it("begins no candidate before whoever awaits the control has gone on", async () => {
    const order: string[] = [];
    const { result, row } = await run({
      control: async () => 1,
      candidate: async () => {
        order.push("candidate");
        return 1;
      },
    });
    const caller = (async () => {
      await result();
      order.push("caller");
    })();
    expect(await row()).toMatchObject({ matches: 1 });
    await caller;
    expect(order).toEqual(["caller", "candidate"]);
  });

  it("begins both at once where it is told to", async () => {
    const order: string[] = [];
    const begin = (name: string) => async () => {
      order.push(name);
      await settle();
      order.push(`${name} ended`);
      return 1;
    };
    const { result } = await run({ control: begin("control"), candidate: begin("candidate"), mode: "concurrent" });
    await result();
    expect(order.slice(0, 2)).toEqual(["control", "candidate"]);
  });

  it("leaves out what is too many, and stops a candidate that keeps failing for 30 s", async () => {
    const many = await run<unknown>({ control: () => 1, candidate: never, maxInFlight: 2 });
    for (let call = 0; call < 5; call++) {
      many.result();
      many.own.advance(0);
    }
    expect(await many.row()).toMatchObject({ runs: 0, skipped: 3 });

    const burst = await run<unknown>({ control: () => 1, candidate: never, maxInFlight: 2 });
    for (let call = 0; call < 5; call++) burst.result();
    expect(await burst.row()).toMatchObject({ runs: 0, skipped: 3 });

    const controls = await run<unknown>({ control: async () => 1, candidate: never, maxInFlight: 2 });
    await Promise.all(Array.from({ length: 5 }, controls.result));
    expect(await controls.row()).toMatchObject({ runs: 0, skipped: 3 });

    let calls = 0;
    const failing = await run<unknown>({
      control: () => 1,
      candidate: () => {
        calls++;
        throw new Error("no");
      },
    });
    const call = () => {
      failing.result();
      failing.own.advance(0);
    };
    for (let time = 0; time < 8; time++) call();
    expect(calls).toBe(5);
    failing.own.advance(30_000);
    call();
    call();
    expect(calls).toBe(6);
    expect(await failing.row()).toMatchObject({ runs: 6, skipped: 4 });
  });

  it.each<[string, ParallelOptions<unknown>]>([
    ["of synchronous ways", { control: () => 1, candidate: () => 2, strict: true }],
    ["of promises", { control: async () => 1, candidate: async () => 2, strict: true }],
    ["of a promise beside a value", { control: () => 1, candidate: async () => 1, strict: true }],
    [
      "of a control that cannot be watched",
      { control: () => Object.preventExtensions(new Query(async () => 1)), candidate: async () => 2, strict: true },
    ],
  ])("throws on a mismatch %s where it is strict", async (_, options) => {
    const { result } = await run(options);
    const strict = async () => result();
    await expect(strict()).rejects.toMatchObject({ name: "ParallelMismatchError", flag: "flag" });
  });

  it.each<[string, () => unknown]>([
    ["a value", () => 1],
    ["a promise", async () => 1],
  ])("gives what the control gives, %s, where there is no room for a candidate, strict or not", async (_, control) => {
    const { result, row } = await run<unknown>({ control, candidate: () => 2, maxInFlight: 0, strict: true });
    expect(await result()).toBe(1);
    expect(await row()).toMatchObject({ runs: 0, skipped: 1 });
  });

  it("tells guards that ask for it, in cells like any outcome", async () => {
    const asked = ["$mismatches", "$runs"].map((metric) => ({ metric, release: RELEASE, step: 0, latency: true }));
    const t = await run({ control: () => 1, candidate: () => 2 }, { fallthrough: half, watch: asked });
    t.result();
    t.own.advance(0);
    const { outcomes } = await t.told();
    const [mismatches, runs] = outcomes;
    expect(at(mismatches, "candidate", "x")).toEqual([[cellOf(treated), 1]]);
    expect(Object.keys(runs?.sides ?? {})).toEqual(["control", "candidate"]);
    expect(at(runs, "control")).toEqual([[cellOf(treated), 1]]);
  });
});
