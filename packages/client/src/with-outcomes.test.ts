import { bucketOf, type EvaluationContext, murmur3 } from "@bannerol/core";
import { decodeCells, decodeSketch, type OutcomeRow, type ParallelRow, WATCHED_EVENTS_MS } from "@bannerol/protocol";
import { outcomeRowSchema } from "@bannerol/protocol/schemas";
import { fakeClock } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./outcomes/index.ts";
import type { ParallelOptions } from "./parallel/parallel-run.ts";
import { Query } from "./testing/query.ts";
import { rulesetOf, settle, testClient } from "./testing/test-client.ts";
import { createReporter } from "./with-outcomes.ts";

const RELEASE = "abcd1234";
const half = { rollout: { allocation: [[50_000, "on"]] } };
const watch = (more: object = {}) => [{ metric: "checkout", release: RELEASE, step: 2, ...more }];

/** Users by the side that a flag of seed 1 puts them on. */
const users = Array.from({ length: 200 }, (_, n) => `u${n}`);
const isIn = (user: string) => bucketOf(user, 1) < 50_000;
const treated = users.find(isIn) ?? "";
const left = users.find((user) => !isIn(user)) ?? "";
const cellOf = (user: string) => murmur3(`cells:${RELEASE}:${user}`, 0) % 64;
const as = (targetingKey: string) => ({ targetingKey });

async function setUp(flag: object = {}, others: { readonly [key: string]: object } = {}) {
  const clock = fakeClock();
  const reporter = createReporter({ clock, timers: clock, random: () => 0.9 });
  const serves = rulesetOf(7, { flag: { fallthrough: half, watch: watch(), ...flag }, ...others });
  const t = testClient({ serves, events: true, reporting: reporter.reporting });
  const client = reporter.extend(t.client);
  await settle();
  /** What the next batch tells. */
  const told = async (): Promise<{
    readonly outcomes: readonly OutcomeRow[];
    readonly parallel: readonly ParallelRow[];
  }> => {
    const before = t.http.requests.length;
    const flushed = client.flush();
    await settle();
    const request = t.http.requests[before];
    request?.answer(200, { counted: true });
    await flushed;
    const { outcomes = [], parallel = [] } = JSON.parse(request?.body ?? "{}");
    return { outcomes, parallel };
  };
  return { ...t, client, own: clock, told };
}

/** Outcomes of a side, and where they lie. */
const at = (row: OutcomeRow | undefined, side: string, field: "n" | "x" | "u" | "s" = "n") =>
  decodeCells(row?.sides[side]?.[field] ?? []).flatMap((count, cell) => (count === 0 ? [] : [[cell, count]]));

const thrower = (error: unknown) => () => {
  throw error;
};

describe("track", () => {
  it("sums by flag, release, step, metric, side and cell; what leaves is sums alone", async () => {
    const { client, told, http } = await setUp();
    client.track("checkout", as(treated));
    client.track("checkout", as(treated), { ok: false });
    client.track("checkout", as(left), { ok: true });
    client.track("other", as(left));
    const { outcomes } = await told();
    expect(outcomes).toMatchObject([{ flag: "flag", release: RELEASE, step: 2, metric: "checkout" }]);
    expect(at(outcomes[0], "on")).toEqual([[cellOf(treated), 2]]);
    expect(at(outcomes[0], "on", "x")).toEqual([[cellOf(treated), 1]]);
    expect(at(outcomes[0], "")).toEqual([[cellOf(left), 1]]);
    expect(outcomes[0]?.sides.on?.u).toBeUndefined();
    expect(http.requests.map(({ body }) => body).join()).not.toContain(treated);
    expect((await told()).outcomes).toEqual([]);
  });

  const rule = (id: string, serve: object, plan = "pro") => ({
    id,
    when: { attribute: "plan", op: "in", values: [plan] },
    serve,
  });
  const prerequisites = [{ flag: "other", variants: ["on"] }];
  it.each<[string, object, object, readonly string[]]>([
    ["whom the fallthrough takes in", {}, {}, ["on"]],
    ["whom a target names: nobody's", { targets: [{ variant: "on", keys: [treated] }] }, {}, []],
    ["whom another rule serves: nobody's", { rules: [rule("pros", { variant: "on" })] }, { plan: "pro" }, []],
    ["whom no other rule serves", { rules: [rule("pros", { variant: "on" })] }, { plan: "free" }, ["on"]],
    ["whom the release's own rule takes in", { rules: [rule(`release-${RELEASE}`, half)] }, { plan: "pro" }, ["on"]],
    ["who never comes to the release's rule", { rules: [rule(`release-${RELEASE}`, half)] }, { plan: "free" }, []],
    ["whose prerequisite fails: nobody's", { prerequisites }, {}, []],
    ["of a flag that is off: nobody's", { enabled: false }, {}, []],
    ["without a key to go by: nobody's", {}, { targetingKey: "" }, []],
    ["of a flag without a rollout: nobody's", { fallthrough: { variant: "on" } }, {}, []],
    [
      "by another attribute",
      { fallthrough: { rollout: { ...half.rollout, bucketBy: "tenant" } } },
      { tenant: treated },
      ["on"],
    ],
  ])("outcomes %s", async (_, flag, context, sides) => {
    const { client, told } = await setUp(flag, { other: { enabled: false } });
    client.track("checkout", { ...as(treated), ...context });
    const { outcomes } = await told();
    expect(outcomes.flatMap((row) => Object.keys(row.sides))).toEqual(sides);
  });

  it("cuts values, sums their squares, and leaves out what is no number", async () => {
    const { client, told } = await setUp({ watch: watch({ values: true, cap: 10 }) });
    for (const value of [2, 50, Number.NaN, 0]) client.track("checkout", as(treated), { value });
    const [row] = (await told()).outcomes;
    expect(row?.sides.on).toMatchObject({ q: 104, z: 2, m: 10 });
    expect([at(row, "on"), at(row, "on", "s")]).toEqual([[[cellOf(treated), 4]], [[cellOf(treated), 12]]]);
  });

  it("tells nothing that a server would refuse, and all else of the batch with it, whatever the amounts", async () => {
    const amounts = [1e39, -1e39, 1e41, 1e200, -Number.MAX_VALUE, Number.MAX_VALUE, Number.POSITIVE_INFINITY, 5e-324];
    const { client, told } = await setUp({ watch: watch({ values: true, latency: true }) });
    for (const amount of amounts) client.track("checkout", as(treated), { value: amount, ms: amount });
    const { outcomes } = await told();
    expect(outcomeRowSchema.safeParse(outcomes[0]).success).toBe(true);
    expect(at(outcomes[0], "on")).toEqual([[cellOf(treated), amounts.length]]);
    expect(outcomes[0]?.sides.on).toMatchObject({ z: 3, m: 1e39 });
  });

  it("waits for a step to be warm", async () => {
    const { client, told, own } = await setUp({ watch: watch({ afterMs: 1_000 }) });
    client.track("checkout", as(treated));
    own.advance(1_000);
    client.track("checkout", as(treated));
    expect(at((await told()).outcomes[0], "on")).toEqual([[cellOf(treated), 1]]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    [
      "a getter that throws",
      {
        get targetingKey(): string {
          throw new Error("no");
        },
      },
    ],
    ["no context at all", 7],
  ])("takes %s for a context without harm", async (_, context) => {
    const { client, told } = await setUp();
    expect(() => client.track("checkout", context as EvaluationContext)).not.toThrow();
    expect((await told()).outcomes).toEqual([]);
  });

  it.each<[string, unknown, number]>([
    ["nothing", null, 1],
    ["what is no outcome", "ok", 1],
    ["amounts that are none", { value: "7", ms: Number.NaN }, 1],
    ["a getter that throws: nobody knows how that went", new Proxy({}, { get: thrower(new Error("no")) }), 0],
  ])("takes %s for an outcome without harm", async (_, outcome, counted) => {
    const { client, told } = await setUp();
    expect(() => client.track("checkout", as(treated), outcome as Outcome)).not.toThrow();
    const [row] = (await told()).outcomes;
    expect(at(row, "on").map(([, count]) => count)).toEqual(counted === 0 ? [] : [counted]);
    expect(at(row, "on", "x")).toEqual([]);
  });

  it("sends every 5 s while a flag watches", async () => {
    const { client, clock, http } = await setUp();
    client.track("checkout", as(treated));
    clock.advance(WATCHED_EVENTS_MS - 1);
    expect(http.requests).toHaveLength(0);
    clock.advance(1);
    expect(http.requests).toHaveLength(1);
  });
});

describe("measure", () => {
  it("gives a value in the same tick, and its duration", async () => {
    const { client, own, told } = await setUp({ watch: watch({ latency: true }) });
    const given = {};
    const slow = () => {
      own.advance(40);
      return given;
    };
    expect(client.measure("checkout", as(treated), slow)).toBe(given);
    const [row] = (await told()).outcomes;
    expect(decodeSketch(row?.sides.on?.d ?? []).filter((count) => count > 0)).toEqual([1]);
    expect(row?.sides.on?.h?.[0]?.[0]).toBe(cellOf(treated));
  });

  it("rethrows, and counts a failure", async () => {
    const { client, told } = await setUp();
    const error = new Error("no");
    expect(() =>
      client.measure("checkout", as(treated), () => {
        throw error;
      }),
    ).toThrow(error);
    expect(at((await told()).outcomes[0], "on", "x")).toEqual([[cellOf(treated), 1]]);
  });

  it("gives the very promise, and counts it when it settles: starts where that differs", async () => {
    const { client, told } = await setUp();
    let resolve = (_: number): void => undefined;
    const promise = new Promise<number>((done) => {
      resolve = done;
    });
    expect(client.measure("checkout", as(treated), () => promise)).toBe(promise);
    const begun = (await told()).outcomes[0];
    expect([at(begun, "on"), at(begun, "on", "u")]).toEqual([[], [[cellOf(treated), 1]]]);
    resolve(1);
    await settle();
    const ended = (await told()).outcomes[0];
    expect([at(ended, "on"), ended?.sides.on?.u]).toEqual([[[cellOf(treated), 1]], []]);
  });

  it.each([
    ["a rejection", new Error("no"), [[cellOf(treated), 1]], [[cellOf(treated), 1]]],
    ["an AbortError", Object.assign(new Error("no"), { name: "AbortError" }), [], []],
    ["what is no error", null, [[cellOf(treated), 1]], [[cellOf(treated), 1]]],
  ])("counts %s", async (_, error, n, x) => {
    const { client, told } = await setUp();
    const failing = client.measure("checkout", as(treated), () => Promise.reject(error));
    await expect(failing).rejects.toBe(error);
    const [row] = (await told()).outcomes;
    expect([at(row, "on"), at(row, "on", "x")]).toEqual([n, x]);
  });

  it("works without a watch, bound to a context, and with thenables that misbehave", async () => {
    const { client, told } = await setUp({ watch: [] });
    expect(client.forContext(as(treated)).measure("checkout", () => 5)).toBe(5);
    const watched = await setUp();
    const get = () => {
      throw new Error("no");
    };
    // biome-ignore lint/suspicious/noThenProperty: a thenable that misbehaves is the case.
    const odd = Object.defineProperty({}, "then", { get });
    expect(watched.client.measure("checkout", as(treated), () => odd)).toBe(odd);
    watched.client.forContext(as(left)).track("checkout", { ok: false });
    expect(at((await watched.told()).outcomes[0], "", "x")).toEqual([[cellOf(left), 1]]);
    expect((await told()).outcomes).toEqual([]);
  });
});

describe("what begins its work at each then", () => {
  const failure = new Error("no");
  it.each<[string, () => Promise<number>, unknown, number]>([
    ["is kept", () => Promise.resolve(1), 1, 0],
    ["is broken", () => Promise.reject(failure), failure, 1],
  ])("is begun by the caller alone, and measured where it %s", async (_, work, given, failures) => {
    const { client, told } = await setUp();
    const query = new Query(work);
    const measured = client.measure("checkout", as(treated), () => query);
    await settle();
    expect([measured, query.begun, at((await told()).outcomes[0], "on")]).toEqual([query, 0, []]);
    expect(await Promise.resolve(measured).catch((error: unknown) => error)).toBe(given);
    expect(query.begun).toBe(1);
    const [row] = (await told()).outcomes;
    expect([at(row, "on"), at(row, "on", "x")]).toEqual([[[cellOf(treated), 1]], failures ? at(row, "on") : []]);
    await Promise.resolve(measured).catch(() => undefined);
    expect([query.begun, (await told()).outcomes]).toEqual([2, []]);
  });

  it("is begun once as a control, and once as a candidate", async () => {
    const { client, own, told } = await setUp({ fallthrough: { variant: "on" }, watch: [] });
    const [control, candidate] = [new Query(async () => 1), new Query(async () => 1)];
    const options = { control: () => control, candidate: () => candidate };
    expect(await client.parallelRun<PromiseLike<number>>("flag", as(treated), options)).toBe(1);
    await settle();
    own.advance(0);
    await settle();
    expect((await told()).parallel).toMatchObject([{ runs: 1, matches: 1 }]);
    expect([control.begun, candidate.begun]).toEqual([1, 1]);
  });

  it("is nobody's outcome where it cannot be watched", async () => {
    const { client } = await setUp();
    const query = Object.freeze(new Query(async () => 1));
    expect(client.measure("checkout", as(treated), () => query)).toBe(query);
  });
});

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
