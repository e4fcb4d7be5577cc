/** What every store must do with several works at once, as part of its contract. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordedItem } from "../state/documents.ts";
import { fold, loadState } from "../state/fold.ts";
import { emptyState } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import type { Claim } from "./idempotency-store.ts";
import type { Change, Store, UnitOfWork, ViewChange } from "./port.ts";

const claim: Claim = { caller: "t1", key: "k1", digest: "d1", holder: "h1", at: 1_000 };

function work(expectedRevision: number, items: readonly RecordedItem[], more: Partial<UnitOfWork> = {}): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: 1_000,
    actor: { type: "token", id: "t1", name: "ada" },
    action: "test.write",
    items,
    views: [],
    viewFormat: 1,
    ...more,
  };
}

function view(put: readonly string[], drop: readonly string[]): ViewChange {
  const named = (key: string) => ({ kind: "flag", key }) as const;
  return { environment: "production", class: "server", put: put.map(named), drop: drop.map(named) };
}

async function committed(store: Store, ...works: UnitOfWork[]): Promise<readonly Change[]> {
  const result = await store.commit(...works);
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.conflict)}`);
  return result.changes;
}

export function describeJointCommits(open: () => Promise<Store>): void {
  describe("with several works at once", () => {
    it("makes a revision of each, chained in their order, as if they had come one after the other", async () => {
      const [together, apart] = [await open(), await open()];
      const works = [
        work(0, [sample.flag("a"), sample.segment("s")], { comment: "first", requestId: "r1", at: 500 }),
        work(1, [sample.flag("a", { description: "again" })], {
          at: 400,
          actor: { type: "system", id: "x", name: "y" },
        }),
        work(2, [removed(sample.segment("s")), sample.flag("b")], { at: 600 }),
      ];
      const changes = await committed(together, ...works);
      expect(changes.map(({ revision, at }) => [revision, at])).toEqual([
        [1, 500],
        [2, 500],
        [3, 600],
      ]);
      for (const each of works) await committed(apart, each);
      for (const store of [together, apart]) {
        expect((await store.follow("default", 0, 10)).changes).toEqual(changes);
        expect(await store.verify("default")).toEqual({ ok: true, head: changes[2]?.hash, checked: 3 });
        expect(await store.load("default")).toMatchObject({ revision: 3, at: 600, head: changes[2]?.hash });
        expect(await store.changes("default", { flag: "a", limit: 9 })).toMatchObject([
          { change: changes[1], before: [sample.flag("a").after] },
          { change: changes[0], before: [null, null] },
        ]);
      }
    });

    it("leaves the documents, at each of the revisions, that the changes fold to, whatever they were", async () => {
      const anyItem = fc.tuple(fc.nat(2), fc.boolean(), fc.nat(1)).map(([key, gone, said]) => {
        const item = sample.flag(`f${key}`, { description: `${said}` });
        return gone ? removed(item) : item;
      });
      const anyItems = fc.uniqueArray(anyItem, { minLength: 1, maxLength: 3, selector: ({ key }) => key });
      await fc.assert(
        fc.asyncProperty(fc.array(anyItems, { minLength: 1, maxLength: 6 }), async (lists) => {
          const store = await open();
          const changes = await committed(store, ...lists.map((items, at) => work(at, items)));
          let state = emptyState("default");
          for (const change of changes) {
            state = fold(state, change);
            const { revision, head, at } = state;
            const documents = await store.documentsAt("default", revision);
            const past = loadState({ key: "default", revision, head, at, documents });
            expect(new Map([...past.flags].sort())).toEqual(new Map([...state.flags].sort()));
          }
          const loaded = loadState(await store.load("default"));
          expect(new Map([...loaded.flags].sort())).toEqual(new Map([...state.flags].sort()));
          expect(await store.verify("default")).toMatchObject({ ok: true, checked: lists.length });
          await store.close();
        }),
        { numRuns: 20 },
      );
    }, 60_000);

    it("gives an entity the version of the last that puts or drops it", async () => {
      const store = await open();
      await committed(
        store,
        work(0, [sample.flag("a")], { views: [view(["a", "b"], [])], viewFormat: 1 }),
        work(1, [sample.flag("b")], { views: [view(["b"], ["a"])], viewFormat: 2 }),
        work(2, [sample.flag("c")], { views: [view(["c"], ["c"])], viewFormat: 3 }),
      );
      const { entities, viewFormat } = await store.load("default");
      expect(viewFormat).toBe(3);
      expect(entities.map(({ key, version, dropped }) => [key, version, dropped]).sort()).toEqual([
        ["a", 2, true],
        ["b", 2, false],
        ["c", 3, false],
      ]);
    });

    it("keeps the digests and the epoch of each", async () => {
      const store = await open();
      await store.addProject("_system");
      const digest = (id: string) => ({ id, digest: `d-${id}`, project: "_system" });
      const system = { project: "_system" };
      await committed(
        store,
        work(0, [], { ...system, epoch: "e2", credentials: [digest("k1")] }),
        work(1, [], { ...system, credentials: [digest("k2"), digest("k3")] }),
      );
      expect(await store.readEpoch()).toBe("e2");
      expect((await store.digests()).map(({ id }) => id).sort()).toEqual(["k1", "k2", "k3"]);
    });

    it("leaves nothing of any where the first met somebody faster", async () => {
      const store = await open();
      await committed(store, work(0, [sample.flag("a")]));
      const late = [work(0, [sample.flag("b")]), work(1, [sample.flag("c")])];
      expect(await store.commit(...late)).toEqual({ ok: false, conflict: { expected: 0, found: 1 } });
      expect((await store.load("default")).documents.map(({ key }) => key)).toEqual(["a"]);
    });

    it("leaves nothing of any where a later one fails", async () => {
      const store = await open();
      const before = await store.load("default");
      const twice = work(1, [sample.flag("b"), sample.flag("b")]);
      await expect(store.commit(work(0, [sample.flag("a")]), twice)).rejects.toThrow("flag::b twice");
      expect(await store.load("default")).toEqual(before);
    });

    it.each([
      ["another revision", { expectedRevision: 2 }],
      ["another change", { expectedHead: "0".repeat(64) }],
      ["another project", { project: "other" }],
    ])("refuses works of which a later one was decided on %s, and leaves nothing of any", async (_, more) => {
      const store = await open();
      await store.addProject("other");
      const works = [work(0, [sample.flag("a")]), work(1, [sample.flag("b")], more)];
      await expect(store.commit(...works)).rejects.toThrow("must continue each other");
      expect(await Promise.all(["default", "other"].map((key) => store.revision(key)))).toEqual([0, 0]);
    });

    it("F32: makes each change and its answer one, and none where a claim of one was taken over", async () => {
      const store = await open();
      const { idempotency } = store;
      const lost = { ...claim, key: "k2" };
      await idempotency.claim(claim);
      await idempotency.claim(lost);
      const works = (second: Claim): readonly UnitOfWork[] =>
        [claim, second].map(({ caller, key, holder }, revision) =>
          work(revision, [sample.flag(key)], { claim: { caller, key, holder, answer: `of ${key}` } }),
        );
      const commit = store.commit(...works({ ...lost, holder: "another" }));
      await expect(commit).rejects.toMatchObject({ name: "ClaimLost", claim: { key: "k2", holder: "another" } });
      expect(await store.revision("default")).toBe(0);
      expect(await idempotency.claim(claim)).toEqual({ digest: "d1", answer: undefined });
      await committed(store, ...works(lost));
      expect(await idempotency.claim(claim)).toEqual({ digest: "d1", answer: "of k1" });
      expect(await idempotency.claim(lost)).toEqual({ digest: "d1", answer: "of k2" });
    });
  });
}
