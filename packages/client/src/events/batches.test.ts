import { MAX_EVENT_COUNT, MAX_EVENT_ROWS, MAX_EVENTS_BYTES } from "@bannerol/protocol";
import { eventBatchSchema } from "@bannerol/protocol/schemas";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Counted } from "../exposures.ts";
import { batchesOf } from "./batches.ts";

function build(counted: Partial<Counted>) {
  let ids = 0;
  const author = { instance: "i", sdk: { name: "t", version: "1" }, newId: () => `id-${++ids}` };
  const { batches, dropped } = batchesOf({ exposures: [], missing: [], ...counted }, author);
  return {
    dropped,
    batches: batches.map((batch) => ({ ...batch, ...eventBatchSchema.parse(JSON.parse(batch.body)) })),
  };
}

const exposure = (flag: string, count = 1) => ({ flag, variant: "on", reason: "STATIC", count }) as const;

describe("batches", () => {
  it("say who counted, what the application was given, and what is missing", () => {
    const missing = [{ flag: "nope", count: 3 }];
    const error = { flag: "b", reason: "ERROR", count: 4 } as const;
    const { batches, dropped } = build({ exposures: [exposure("a", 2), error], missing });
    expect(dropped).toBe(0);
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ instance: "i", sdk: { name: "t", version: "1" }, evaluations: 9 });
    expect(batches[0]).toMatchObject({ counts: [exposure("a", 2), error], missing });
    expect(Object.keys(JSON.parse(batches[0]?.body ?? ""))).toEqual(["id", "instance", "sdk", "counts", "missing"]);
  });

  it("are none where nothing was counted", () => {
    expect(build({})).toEqual({ batches: [], dropped: 0 });
  });

  it.each([
    ["rows", Array.from({ length: MAX_EVENT_ROWS + 1 }, (_, at) => exposure(`f${at}`))],
    ["bytes", Array.from({ length: 500 }, (_, at) => exposure(`${at}${"\u0001".repeat(200)}`))],
  ])("are cut where there are too many %s for one, each with an id of its own", (_, exposures) => {
    const { batches } = build({ exposures });
    expect(batches.length).toBeGreaterThan(1);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(batches.length);
    expect(batches.flatMap(({ counts = [] }) => counts)).toEqual(exposures);
  });

  it("hold a count beyond the limit in parts", () => {
    const { batches } = build({ exposures: [exposure("a", 2 * MAX_EVENT_COUNT + 5)] });
    const counts = batches.flatMap(({ counts: rows = [] }) => rows.map(({ count }) => count));
    expect(counts).toEqual([MAX_EVENT_COUNT, MAX_EVENT_COUNT, 5]);
  });

  it.each([
    ["no name", { flag: "" }],
    ["a name longer than any flag's", { flag: "x".repeat(257) }],
    ["a variant longer than any", { variant: "x".repeat(257) }],
  ])("leave out %s, which would have all of it refused, and count that as dropped", (_, wrong) => {
    const { batches, dropped } = build({ exposures: [exposure("a"), { ...exposure("b", 7), ...wrong }] });
    expect(dropped).toBe(7);
    expect(batches[0]).toMatchObject({ counts: [exposure("a")], evaluations: 1 });
  });

  it("are what the server takes, whatever was asked for, and lose nothing", () => {
    const flag = fc.string({ unit: "binary", maxLength: 300 });
    const count = fc.integer({ min: 1, max: 3 * MAX_EVENT_COUNT });
    const row = fc.record({
      flag,
      variant: fc.string({ maxLength: 300 }),
      reason: fc.constant("STATIC" as const),
      count,
    });
    const rows = { exposures: fc.array(row), missing: fc.array(fc.record({ flag, count })) };
    const property = fc.property(fc.record(rows), (counted) => {
      const { batches, dropped } = build(counted);
      const said = batches.flatMap(({ counts = [], missing = [] }) => [...counts, ...missing]);
      const sum = (all: readonly { readonly count: number }[]) => all.reduce((total, one) => total + one.count, 0);
      for (const { body } of batches) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_EVENTS_BYTES);
      expect(sum(said)).toBe(batches.reduce((total, { evaluations }) => total + evaluations, 0));
      expect(sum(said) + dropped).toBe(sum(counted.exposures) + sum(counted.missing));
    });
    fc.assert(property, { numRuns: 200 });
  });
});
