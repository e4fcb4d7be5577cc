import type { EvaluationContext } from "@bannerol/core";
import { decodeSketch, WATCHED_EVENTS_MS } from "@bannerol/protocol";
import { outcomeRowSchema } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./outcomes/index.ts";
import { as, at, cellOf, half, left, RELEASE, setUp, thrower, treated, watch } from "./testing/outcome-client.ts";
import { Query } from "./testing/query.ts";
import { settle } from "./testing/test-client.ts";

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
