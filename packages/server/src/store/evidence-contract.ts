/** What every store must do with sums of outcomes and with verdicts, as part of its contract. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addNumbers,
  type KeptSumRow,
  nameOfSums,
  SUMS_KEPT,
  SUMS_KEPT_MS,
  type SumRow,
  VERDICTS_KEPT,
  VERDICTS_KEPT_MS,
} from "./evidence-store.ts";
import type { Store } from "./port.ts";

const NOW = Date.parse("2026-01-31T12:34:56.789Z");
const PLACE = { project: "default", environment: "production", subject: "release:abc" };
const ROW: SumRow = { subject: "release:abc", part: 0, name: "checkout", side: "on", field: "n", numbers: [1, 0, 2] };

let ids = 0;
function batch(sums: readonly SumRow[], more: { id?: string; at?: number; environment?: string } = {}) {
  const place = { keyId: "k1", project: "default", environment: "production" };
  return { ...place, id: `sums-${ids++}`, at: NOW, counts: [], missing: [], sums, ...more };
}

const inOrder = (rows: readonly KeptSumRow[]) => [...rows].sort((a, b) => (nameOfSums(a) < nameOfSums(b) ? -1 : 1));

export function describeEvidence(open: () => Promise<Store>): void {
  describe("with sums of outcomes", () => {
    it("adds lists number by number, whichever is longer, and knows when", async () => {
      const store = await open();
      await store.usage.add([batch([ROW, { ...ROW, numbers: [1] }]), batch([{ ...ROW, numbers: [0, 0, 0, 7] }])]);
      await store.usage.add([batch([{ ...ROW, numbers: [0.25] }], { at: NOW + 5 })]);
      await store.usage.add([batch([ROW], { at: NOW - 5, environment: "staging" })]);
      expect(await store.evidence.sums(PLACE)).toEqual([{ ...ROW, numbers: [2.25, 0, 2, 7], at: NOW + 5 }]);
      expect(await store.evidence.sums({ ...PLACE, environment: "staging" })).toHaveLength(1);
      expect(await store.evidence.sums({ ...PLACE, subject: "release:other" })).toEqual([]);
    });

    it("keeps of `m` the largest", async () => {
      const store = await open();
      const m = (value: number) => batch([{ ...ROW, field: "m", numbers: [value] }]);
      await store.usage.add([m(3), m(9), m(4)]);
      await store.usage.add([m(5)]);
      expect(await store.evidence.sums(PLACE)).toMatchObject([{ numbers: [9] }]);
    });

    it("adds a batch once, however often it comes", async () => {
      const store = await open();
      const one = batch([ROW]);
      await store.usage.add([one, one]);
      await store.usage.add([one]);
      expect(await store.evidence.sums(PLACE)).toMatchObject([{ numbers: [1, 0, 2] }]);
    });

    it("comes to the same by any division into batches and calls", async () => {
      const lists = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 70 });
      const odd = "Quote\"' \\ ; DROP TABLE x --";
      const row = fc.record({
        subject: fc.constant("release:abc"),
        part: fc.nat(2),
        name: fc.constantFrom("checkout", odd),
        side: fc.constantFrom("on", ""),
        field: fc.constantFrom("n", "d", "m"),
        numbers: lists,
      });
      const calls = fc.array(fc.array(fc.array(row, { maxLength: 3 }), { maxLength: 3 }), { maxLength: 3 });
      const property = fc.asyncProperty(calls, async (given) => {
        const store = await open();
        const expected = new Map<string, KeptSumRow>();
        for (const batches of given) {
          await store.usage.add(batches.map((rows) => batch(rows)));
          for (const one of batches.flat()) {
            const before = expected.get(nameOfSums(one))?.numbers ?? [];
            expected.set(nameOfSums(one), { ...one, numbers: addNumbers(one.field, before, one.numbers), at: NOW });
          }
        }
        expect(inOrder(await store.evidence.sums(PLACE))).toEqual(inOrder([...expected.values()]));
        await store.close();
      });
      await fc.assert(property, { numRuns: 8 });
    });

    it("forgets what nothing was added to for long, and the oldest of too many", async () => {
      const store = await open();
      const many = Array.from({ length: SUMS_KEPT }, (_, part) => ({ ...ROW, part: part + 1, numbers: [1] }));
      await store.usage.add([batch([ROW]), batch(many, { at: NOW + 1 })]);
      await store.evidence.age(NOW + 1);
      const kept = await store.evidence.sums(PLACE);
      expect([kept.length, kept.some(({ part }) => part === 0)]).toEqual([SUMS_KEPT, false]);
      await store.evidence.age(NOW + 2 + SUMS_KEPT_MS);
      expect(await store.evidence.sums(PLACE)).toEqual([]);
    });
  });

  describe("with verdicts", () => {
    const verdict = { project: "default", environment: "production", flag: "a", release: "abc", step: 1, body: "{}" };

    it("keeps each once, and gives the newest first", async () => {
      const store = await open();
      for (const at of [NOW, NOW + 2, NOW + 1])
        await store.evidence.keepVerdict({ ...verdict, at, body: `{"at":${at}}` });
      await store.evidence.keepVerdict({ ...verdict, at: NOW + 1, body: "another" });
      await store.evidence.keepVerdict({ ...verdict, release: "other", at: NOW });
      const found = await store.evidence.verdicts(verdict, 2);
      expect(found).toEqual([NOW + 2, NOW + 1].map((at) => ({ ...verdict, at, body: `{"at":${at}}` })));
      await store.evidence.age(NOW + 2 + VERDICTS_KEPT_MS);
      expect(await store.evidence.verdicts(verdict, 9)).toHaveLength(1);
    });

    it("keeps the newest of a release, however many are given", async () => {
      const store = await open();
      const given = Array.from({ length: VERDICTS_KEPT + 3 }, (_, at) => NOW + at);
      for (const at of given) await store.evidence.keepVerdict({ ...verdict, at });
      await store.evidence.keepVerdict({ ...verdict, release: "other", at: NOW });
      await store.evidence.age(NOW);
      const kept = (await store.evidence.verdicts(verdict, 2 * VERDICTS_KEPT)).map(({ at }) => at);
      expect(kept).toEqual(given.slice(3).reverse());
      expect(await store.evidence.verdicts({ ...verdict, release: "other" }, 9)).toHaveLength(1);
    });
  });
}
