import type { Condition } from "@bannerol/core";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const onOf = (flag: string) => ({ flag, variants: ["on"] });
const ruleOn = (when: Condition) => [{ id: "r", name: "", when, serve: { variant: "on" } }];

describe("references that go in a circle", () => {
  let api: Harness;
  let token: string;
  beforeEach(async () => {
    api = await createHarness();
    token = api.keys.get("production") ?? "";
  });
  const evaluated = async (): Promise<unknown> => {
    const { status, body } = await api.ask("POST /sdk/v1/evaluate", { token, body: { context: {} } });
    expect(status).toBe(200);
    return field(body, "flags");
  };

  it.each([
    ["a prerequisite", { prerequisites: [onOf("a")] }],
    ["a condition of a rule", { rules: [{ when: { not: onOf("a") }, serve: { variant: "on" } }] }],
    ["a segment of a rule", { rules: [{ when: { any: [{ segment: "asks-a" }] }, serve: { variant: "on" } }] }],
  ])("F28: are refused when written, with the way round: %s", async (_, closing) => {
    for (const key of ["a", "b"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "asks-a", when: onOf("a") } });
    const at = (key: string) => `PATCH ${FLAGS}/${key}/environments/production`;
    expect((await api.ask(at("a"), { body: { prerequisites: [onOf("b")] } })).status).toBe(200);
    const got = await api.ask(at("b"), { body: closing });
    expect(got).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(field(got.body, "detail")).toMatch(/a.*→.*b|b.*→.*a/);
  });

  it("F28: are refused when written: segments within each other, and one within itself", async () => {
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "x" } });
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "y", when: { segment: "x" } } });
    for (const inner of ["x", "y"]) {
      const got = await api.ask(`PATCH ${SEGMENTS}/x`, { body: { when: { all: [{ segment: inner }] } } });
      expect(got).toMatchObject({ status: 422, body: { code: "invalid" } });
    }
  });

  it("lead on 100 times at most, and whoever would make it one more is told where", async () => {
    const keys = Array.from({ length: 101 }, (_, at) => `f${at}`);
    const items = keys.flatMap((key, at) => {
      const prerequisites = at < 100 ? [onOf(`f${at + 1}`)] : [];
      return [sample.flag(key), sample.targeting(key, { enabled: true, prerequisites })];
    });
    await api.write("default", [
      ...items,
      ...["before", "after"].flatMap((key) => [sample.flag(key), sample.targeting(key)]),
    ]);
    const at = (key: string) => `PATCH ${FLAGS}/${key}/environments/production`;
    const message = expect.stringMatching(/lead from one to the next 101 times here \(.*\), and the limit is 100\./);
    const before = await api.ask(at("before"), { body: { prerequisites: [onOf("f0")] } });
    expect(before).toMatchObject({ status: 422, body: { code: "limit_exceeded", errors: [{ path: "", message }] } });
    expect(field(before.body, "detail")).toMatch(
      /^In production, flag before .*flag before → flag f0 → .*the limit is 100/,
    );
    const after = await api.ask(at("f100"), { body: { rules: [{ when: onOf("after"), serve: { variant: "on" } }] } });
    expect(after).toMatchObject({
      status: 422,
      body: { code: "limit_exceeded", errors: [{ path: "flags.f0", message }] },
    });
    expect((await api.ask(at("before"), { body: { prerequisites: [onOf("f1")] } })).status).toBe(200);
    expect(await evaluated()).toMatchObject({ f0: { value: true }, before: { variant: expect.any(String) } });
    const targeting = sample.targeting("after", { prerequisites: [onOf("f0")] }).after;
    const item = { flag: "after", environment: "production", after: targeting };
    const set = await api.ask("POST /api/v1/projects/default/changes", { body: { items: [item] } });
    expect(set).toMatchObject({
      status: 422,
      body: { code: "limit_exceeded", errors: [{ path: "items[0].after", message }] },
    });
  });

  it("F28: in stored data fail the enabled flags that lead into them, and no other", async () => {
    const size = 8;
    const anyFlag = fc.record({
      enabled: fc.boolean(),
      way: fc.constantFrom("prerequisite", "condition", "segment"),
      to: fc.array(fc.nat(size - 1), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyFlag, { minLength: size, maxLength: size }), async (flags) => {
        const items = flags.flatMap(({ enabled, way, to }, at) => {
          const [keys, own] = [to.map((index) => `f${index}`), `f${at}`];
          const inSegment = way === "segment" && keys.length > 0;
          const when: Condition = inSegment ? { segment: own } : { all: way === "condition" ? keys.map(onOf) : [] };
          const segment = sample.segment(own, { when: { all: inSegment ? keys.map(onOf) : [] } });
          const prerequisites = way === "prerequisite" ? keys.map(onOf) : [];
          return [sample.flag(own), segment, sample.targeting(own, { enabled, prerequisites, rules: ruleOn(when) })];
        });
        await api.write("default", items);
        const got = await evaluated();
        const ways = flags.map(({ to }) => to);
        for (const [at, { enabled }] of flags.entries()) {
          const fails = enabled && leadsIntoCircle(ways, at);
          const answer = field(got, `f${at}`);
          const failed = { value: null, reason: "ERROR", errorCode: "GENERAL" };
          if (fails) expect(answer).toEqual(failed);
          else expect(answer).not.toHaveProperty("errorCode");
        }
      }),
      { numRuns: 60 },
    );
  });

  it("F28: in stored data overflow no stack, however long the circle is", async () => {
    const chain = (name: string, long: number, last: object) =>
      Array.from({ length: long }, (_, at) => {
        const prerequisites = at + 1 < long ? [onOf(`${name}${at + 1}`)] : [];
        const targeting = { enabled: true, prerequisites, ...(at + 1 < long ? {} : last) };
        return [sample.flag(`${name}${at}`), sample.targeting(`${name}${at}`, targeting)];
      }).flat();
    const circle = chain("c", 3_000, { prerequisites: [onOf("c0")] });
    await api.write("default", [...circle, ...chain("l", 500, {}), sample.flag("alone"), sample.targeting("alone")]);
    const got = await evaluated();
    expect(field(got, "c0")).toEqual({ value: null, reason: "ERROR", errorCode: "GENERAL" });
    expect(field(got, "l0")).toMatchObject({ value: true, variant: "on" });
    expect(field(got, "alone")).toMatchObject({ value: true, variant: "on" });
  });
});

/** Whether some way from here comes by a place twice, whichever flags are enabled. */
function leadsIntoCircle(to: readonly (readonly number[])[], from: number, way: readonly number[] = []): boolean {
  if (way.includes(from)) return true;
  return (to[from] ?? []).some((next) => leadsIntoCircle(to, next, [...way, from]));
}
