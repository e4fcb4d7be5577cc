/** What every store must do with counts of usage, as part of its contract. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "./port.ts";
import { BATCH_KEPT_MS, MISSING_KEPT, MISSING_KEPT_MS, SPANS, spanStart, type UsageBatch } from "./usage-store.ts";

const [MINUTE, HOUR, DAY] = SPANS.map(({ spanMs }) => spanMs) as [number, number, number];
/** At no edge of a span. */
const NOW = Date.parse("2026-01-31T12:34:56.789Z");

function batch(id: string, more: Partial<UsageBatch> = {}): UsageBatch {
  const place = { keyId: "k1", project: "default", environment: "production" };
  return { ...place, id, at: NOW, counts: [], missing: [], sums: [], ...more };
}

const served = (flag: string, variant: string, count: number) => ({ flag, variant, reason: "SPLIT", count });

async function total(store: Store, flag = "a", spanMs = DAY): Promise<number> {
  const rows = await store.usage.counts({ project: "default", flag, since: 0, spanMs });
  return rows.reduce((sum, { count }) => sum + count, 0);
}

export function describeUsage(open: () => Promise<Store>): void {
  describe("with counts of usage", () => {
    it("counts each batch once, in one call or in several, and tells which were new", async () => {
      const store = await open();
      const one = batch("b1", { counts: [served("a", "on", 2)] });
      expect([...(await store.usage.add([one, one, batch("b2", { counts: [served("a", "on", 3)] })]))].sort()).toEqual([
        0, 2,
      ]);
      expect([...(await store.usage.add([one]))]).toEqual([]);
      expect([...(await store.usage.add([{ ...one, keyId: "k2" }]))]).toEqual([0]);
      expect(await total(store)).toBe(7);
    });

    it("answers by environment, variant, reason and span, from an instant on", async () => {
      const store = await open();
      const odd = "Quote\"' \\ ; DROP TABLE x --";
      await store.usage.add([
        batch("1", { counts: [served("a", "on", 1), served("a", "", 2), served("b", "on", 9)] }),
        batch("2", { at: NOW + MINUTE, counts: [served("a", "on", 4), { ...served("a", "on", 8), reason: odd }] }),
        batch("3", { environment: "staging", counts: [served("a", "on", 16)] }),
        batch("4", { project: "other", counts: [served("a", "on", 32)] }),
      ]);
      const at = spanStart(NOW, MINUTE);
      const row = { environment: "production", flag: "a", variant: "on", reason: "SPLIT" };
      const ask = (since: number, spanMs: number) =>
        store.usage.counts({ project: "default", flag: "a", since, spanMs });
      expect(await ask(0, MINUTE)).toEqual([
        { ...row, variant: "", at, count: 2 },
        { ...row, at, count: 1 },
        { ...row, environment: "staging", at, count: 16 },
        { ...row, reason: odd, at: at + MINUTE, count: 8 },
        { ...row, at: at + MINUTE, count: 4 },
      ]);
      expect(await ask(at + MINUTE, MINUTE)).toHaveLength(2);
      expect((await ask(0, HOUR)).filter(({ variant }) => variant === "on")).toEqual([
        { ...row, reason: odd, at: spanStart(NOW, HOUR), count: 8 },
        { ...row, at: spanStart(NOW, HOUR), count: 5 },
        { ...row, environment: "staging", at: spanStart(NOW, HOUR), count: 16 },
      ]);
    });

    it("knows when each flag was last counted, and never goes back", async () => {
      const store = await open();
      await store.usage.add([batch("1", { at: NOW + 5, counts: [served("a", "on", 1)] })]);
      await store.usage.add([batch("2", { counts: [served("a", "off", 1), served("b", "on", 1)] })]);
      expect(await store.usage.asked("default")).toEqual([
        { environment: "production", flag: "a", at: NOW + 5 },
        { environment: "production", flag: "b", at: NOW },
      ]);
      expect(await store.usage.asked("other")).toEqual([]);
    });

    it("R20: keeps the names that are not there, the newest of them", async () => {
      const store = await open();
      const many = Array.from({ length: MISSING_KEPT }, (_, n) => ({ flag: `x${n}`, count: 1 }));
      await store.usage.add([batch("1", { missing: [{ flag: "gone", count: 2 }] })]);
      await store.usage.add([batch("2", { at: NOW + 1, missing: [...many, { flag: "typo", count: 2 }] })]);
      await store.usage.add([batch("3", { at: NOW + 2, missing: [{ flag: "typo", count: 3 }] })]);
      expect((await store.usage.missing("default", "production")).slice(0, 1)).toEqual([
        { flag: "typo", count: 5, at: NOW + 2 },
      ]);
      await store.usage.age(NOW);
      const kept = await store.usage.missing("default", "production");
      expect([kept.length, kept.some(({ flag }) => flag === "gone")]).toEqual([MISSING_KEPT, false]);
      expect(await store.usage.missing("default", "staging")).toEqual([]);
      await store.usage.age(NOW + MISSING_KEPT_MS + 10);
      expect(await store.usage.missing("default", "production")).toEqual([]);
    });

    it("knows the id of a batch for as long as it may be sent again, and no longer", async () => {
      const store = await open();
      const one = batch("1", { counts: [served("a", "on", 1)] });
      await store.usage.add([one]);
      await store.usage.age(NOW + BATCH_KEPT_MS);
      expect((await store.usage.add([one])).size).toBe(0);
      await store.usage.age(NOW + BATCH_KEPT_MS + 1);
      expect((await store.usage.add([one])).size).toBe(1);
    });

    it("ages without losing a count, until the widest span is over", async () => {
      const [, hours, days] = SPANS;
      const ages = fc.integer({ min: 0, max: days.keptMs - DAY });
      const property = fc.asyncProperty(fc.array(fc.tuple(ages, fc.nat(9)), { maxLength: 6 }), async (given) => {
        const store = await open();
        const batches = given.map(([age, count], n) =>
          batch(`${n}`, { at: NOW - age, counts: [served("a", "on", count + 1)] }),
        );
        await store.usage.add(batches);
        const sum = given.reduce((all, [, count]) => all + count + 1, 0);
        for (const step of [0, HOUR, hours.keptMs]) await store.usage.age(NOW - days.keptMs / 2 + step);
        await store.usage.age(NOW);
        await store.usage.age(NOW);
        expect(await total(store)).toBe(sum);
        const wide = await store.usage.counts({ project: "default", flag: "a", since: 0, spanMs: MINUTE });
        for (const { at } of wide) if (at < NOW - hours.keptMs - HOUR) expect(at % DAY).toBe(0);
        await store.usage.age(NOW + days.keptMs + DAY);
        await store.usage.age(NOW + days.keptMs + DAY);
        await store.usage.age(NOW + days.keptMs + DAY);
        expect(await total(store)).toBe(0);
        await store.close();
      });
      await fc.assert(property, { numRuns: 12 });
    });
  });
}
