/** What every store must do with lists of keys, as part of its contract. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { keysAt } from "./list-history.ts";
import type { KeyRow, ListWork } from "./list-store.ts";
import type { Store, UnitOfWork } from "./port.ts";
import { RowsDigest } from "./rows-digest.ts";

const SECRET = "000102030405060708090a0b0c0d0e0f";

/** Stages a difference and gives what a change says of it. The first one of a list makes it. */
export async function staged(store: Store, list: string, rows: readonly KeyRow[], number?: number): Promise<ListWork> {
  const difference = await store.lists.begin(1);
  const own = number ?? difference;
  await store.lists.stage({ list: own, difference, position: 0, rows });
  const digest = new RowsDigest();
  digest.take(rows);
  const { added, removed } = digest;
  const made = number === undefined ? { made: { number: own, secret: SECRET } } : {};
  return { segment: "s", part: "included", list, added, removed, digest: digest.hex(), difference, ...made };
}

function work(expectedRevision: number, lists: readonly ListWork[]): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: 1_000,
    actor: { type: "token", id: "t1", name: "ada" },
    action: "segment.keys",
    items: [sample.segment("s", { description: `${expectedRevision}` })],
    views: [],
    viewFormat: 1,
    lists,
  };
}

async function keysOf(store: Store, id: string, revision: number): Promise<readonly string[]> {
  const list = (await store.lists.of("default")).find((one) => one.id === id);
  const keys: string[] = [];
  if (list !== undefined) for await (const page of keysAt(store.lists, list, { revision })) keys.push(...page);
  return keys;
}

const add = (...keys: string[]): readonly KeyRow[] => keys.map((key) => ({ key, added: true }));
const remove = (...keys: string[]): readonly KeyRow[] => keys.map((key) => ({ key, added: false }));

export function describeLists(open: () => Promise<Store>): void {
  describe("with lists of keys", () => {
    it("keeps differences of a list that changes made together name", async () => {
      const store = await open();
      const first = await staged(store, "l", add("a", "b"));
      const second = await staged(store, "l", [...add("c"), ...remove("a")], first.difference);
      expect(await store.commit(work(0, [first]), work(1, [second]))).toMatchObject({ ok: true });
      expect(await keysOf(store, "l", 1)).toEqual(["a", "b"]);
      expect(await keysOf(store, "l", 2)).toEqual(["b", "c"]);
      expect(await store.lists.abandoned(9)).toEqual([]);
      expect(await store.verify("default")).toMatchObject({ ok: true, checked: 2 });
    });

    it("shows nothing of a difference until a change names it", async () => {
      const store = await open();
      const first = await staged(store, "l", add("a", "b"));
      expect(await store.lists.of("default")).toEqual([]);
      const { ok } = await store.commit(work(0, [first]));
      expect(ok).toBe(true);
      await staged(store, "l", remove("a"), first.difference);
      expect(await keysOf(store, "l", 1)).toEqual(["a", "b"]);
      const changes = [{ revision: 1, difference: first.difference }];
      expect(await store.lists.of("default")).toEqual([{ id: "l", number: first.difference, secret: SECRET, changes }]);
      expect(await store.verify("default")).toMatchObject({ ok: true, checked: 1 });
    });

    it("says in the record what came and went, and never the keys nor the secret", async () => {
      const store = await open();
      await store.commit(work(0, [await staged(store, "l", [...add("canary-a"), ...remove("canary-b")])]));
      const { changes } = await store.follow("default", 0, 9);
      expect(changes[0]?.lists).toEqual([
        {
          segment: "s",
          part: "included",
          list: "l",
          added: 1,
          removed: 1,
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]);
      expect(JSON.stringify(changes)).not.toMatch(new RegExp(`canary|${SECRET}`));
    });

    it("leaves nothing of a list where the work met a conflict", async () => {
      const store = await open();
      await store.commit(work(0, []));
      expect(await store.commit(work(0, [await staged(store, "l", add("a"))]))).toMatchObject({ ok: false });
      expect(await store.lists.of("default")).toEqual([]);
    });

    it("keeps lists of projects apart", async () => {
      const store = await open();
      await store.addProject("another");
      await store.commit(work(0, [await staged(store, "l", add("a"))]));
      await store.commit({ ...work(0, [await staged(store, "m", add("b"))]), project: "another" });
      expect((await store.lists.of("another")).map(({ id }) => id)).toEqual(["m"]);
    });

    it("has the keys of every revision, whatever came and went", async () => {
      const step = fc.dictionary(fc.constantFrom("a", "b", "é", "\u{1f600}", "\uffff", ""), fc.boolean());
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
          const store = await open();
          let now = new Set<string>();
          let number: number | undefined;
          const states = [now];
          for (const [revision, wanted] of steps.entries()) {
            const rows = Object.entries(wanted).flatMap(([key, added]) =>
              now.has(key) === added ? [] : [{ key, added }],
            );
            now = new Set(now);
            for (const { key, added } of rows) if (added) now.add(key);
            for (const { key, added } of rows) if (!added) now.delete(key);
            states.push(now);
            const change = await staged(store, "l", rows, number);
            number ??= change.difference;
            await store.commit(work(revision, [change]));
          }
          for (const [revision, keys] of states.entries()) {
            const expected = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            expect(await keysOf(store, "l", revision)).toEqual(expected);
          }
          expect(await store.verify("default")).toMatchObject({ ok: true });
          await store.close();
        }),
        { numRuns: 20 },
      );
    }, 60_000);

    it("gives rows of a difference in the order in which they were staged, page by page", async () => {
      const store = await open();
      const difference = await store.lists.begin(1);
      const rows = add(...Array.from({ length: 10_000 }, (_, at) => `k${(at * 7_919) % 10_000}`));
      await store.lists.stage({ list: difference, difference, position: 0, rows: rows.slice(0, 6_000) });
      await store.lists.stage({ list: difference, difference, position: 6_000, rows: rows.slice(6_000) });
      const pages = [await store.lists.rows(difference, 0, 7_000), await store.lists.rows(difference, 7_000, 7_000)];
      expect(pages.flat()).toEqual(rows);
      expect(await store.lists.rows(difference, 10_000, 1)).toEqual([]);
    });

    it("never gives a number of a difference twice, also once it is discarded", async () => {
      const store = await open();
      const first = await store.lists.begin(1);
      await store.lists.discard(first);
      expect(await store.lists.begin(1)).not.toBe(first);
    });

    it("knows which differences were abandoned, and forgets them batch by batch", async () => {
      const store = await open();
      const old = await store.lists.begin(100);
      const young = await store.lists.begin(200);
      const rows = add(...Array.from({ length: 9_000 }, (_, at) => `k${at}`));
      for (const difference of [old, young]) await store.lists.stage({ list: old, difference, position: 0, rows });
      expect(await store.lists.abandoned(200)).toEqual([old]);
      while (await store.lists.discard(old));
      expect(await store.lists.abandoned(200)).toEqual([]);
      expect(await store.lists.rows(old, 0, 1)).toEqual([]);
      expect(await store.lists.rows(young, 0, 1)).toHaveLength(1);
    });

    it("discards nothing that a change names", async () => {
      const store = await open();
      const change = await staged(store, "l", add("a"));
      await store.commit(work(0, [change]));
      expect(await store.lists.abandoned(1_000)).toEqual([]);
      await store.lists.discard(change.difference);
      expect(await keysOf(store, "l", 1)).toEqual(["a"]);
    });
  });
}
