import { FingerprintCollector, KeyList } from "@bannerol/core";
import { describe, expect, it, vi } from "vitest";
import { inSlices } from "../lists/in-slices.ts";
import { listKeyFrom } from "../lists/secret.ts";
import type { Item } from "../state/documents.ts";
import type { ProjectState } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import { StoreFault } from "../store/fault.ts";
import type { Claim } from "../store/idempotency-store.ts";
import { staged } from "../store/lists-contract.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { SYSTEM_PROJECT } from "../store/port.ts";
import type { ChangeRequest, Execution } from "./decision.ts";
import { Ledger } from "./ledger.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: vi.fn(), listenerFailed: vi.fn() };
const request: ChangeRequest = { project: "default", actor, at: 5 };

async function started() {
  const store = new MemoryStore({ epoch: "e1" });
  const ledger = await Ledger.open({ store, reports, at: 1 });
  await put(ledger, [sample.project("default")], { ...request, project: SYSTEM_PROJECT });
  const commit = vi.spyOn(store, "commit");
  return { store, ledger, commit, sizes: () => commit.mock.calls.map((works) => works.length) };
}

function put(ledger: Ledger, items: readonly Item[], as: ChangeRequest = request): Promise<Execution<number, string>> {
  return ledger.execute(as, ({ revision }) => ({ ok: true, action: "put", items, result: revision }));
}

const segments = (count: number): readonly Item[] => Array.from({ length: count }, (_, n) => sample.segment(`s${n}`));

/** Refuses a segment that is there already, as an endpoint would. */
function make(ledger: Ledger, key: string): Promise<Execution<undefined, string>> {
  return ledger.execute(request, (state: ProjectState) =>
    state.segments.has(key)
      ? { ok: false, refusal: `${key} exists` }
      : { ok: true, action: "make", items: [sample.segment(key)], result: undefined },
  );
}

describe("ChangeQueue", () => {
  it("writes what waits together, each a revision of its own, in the order in which it came", async () => {
    const { ledger, store, sizes } = await started();
    const told: number[] = [];
    ledger.subscribe(({ change, state }) => told.push(change.revision, state.revision));
    const done = await Promise.all(segments(5).map((item) => put(ledger, [item])));
    expect(sizes()).toEqual([5]);
    expect(done.map((each) => each.ok && [each.revision, each.result])).toEqual([1, 2, 3, 4, 5].map((r) => [r, r - 1]));
    expect(told).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(ledger.state("default")).toMatchObject({ revision: 5, head: (await store.load("default")).head });
    expect(await ledger.verify("default")).toMatchObject({ ok: true, checked: 5 });
  });

  it("answers each when this node shows it", async () => {
    const { ledger } = await started();
    const shown = await Promise.all(
      ["a", "b", "c"].map(async (key) => {
        const done = await make(ledger, key);
        return [done.ok && done.revision, ledger.state("default")?.segments.has(key)];
      }),
    );
    expect(shown).toEqual([1, 2, 3].map((revision) => [revision, true]));
  });

  it("refuses by what the one before leaves, and lets what is refused harm nobody", async () => {
    const { ledger, sizes } = await started();
    const done = await Promise.all([make(ledger, "a"), make(ledger, "a"), make(ledger, "b"), put(ledger, [])]);
    expect(done).toMatchObject([
      { ok: true, revision: 1 },
      { ok: false, refusal: "a exists" },
      { ok: true, revision: 2 },
      { ok: true, revision: 2, change: undefined },
    ]);
    expect(sizes()).toEqual([2]);
  });

  it("answers nobody by what was not written: a refusal that rests on it is decided again", async () => {
    const { ledger, commit } = await started();
    const full = new StoreFault("full", "No room.");
    commit.mockRejectedValueOnce(full);
    const done = await Promise.allSettled([make(ledger, "a"), make(ledger, "a"), make(ledger, "b"), make(ledger, "a")]);
    expect(done).toMatchObject([
      { reason: full },
      { value: { ok: true, revision: 1 } },
      { reason: full },
      { value: { ok: false, refusal: "a exists" } },
    ]);
  });

  it("lets a decision that throws, and one that cannot be written, fail alone", async () => {
    const { ledger } = await started();
    const broken = ledger.execute(request, () => {
      throw new Error("a bug");
    });
    const unreadable = put(ledger, [sample.flag("x", { tags: JSON.parse("7") })]);
    const twice = put(ledger, [sample.segment("t"), sample.segment("t", { name: "again" })]);
    const done = await Promise.allSettled([make(ledger, "a"), broken, unreadable, twice, make(ledger, "b")]);
    expect(done).toMatchObject([
      { value: { revision: 1 } },
      { reason: new Error("a bug") },
      { reason: { message: expect.stringContaining("cannot be written") } },
      { reason: { message: expect.stringContaining("segment::t twice") } },
      { value: { revision: 2 } },
    ]);
  });

  it("writes each by itself where one of them is more than the store can take", async () => {
    const { ledger, store, sizes, commit } = await started();
    const own = MemoryStore.prototype.commit.bind(store);
    const poison = new TypeError("cannot be kept");
    commit.mockImplementation(async (...works) => {
      if (works.some(({ items }) => items.some(({ key }) => key === "poison"))) throw poison;
      return own(...works);
    });
    const done = await Promise.allSettled(["a", "poison", "b"].map((key) => make(ledger, key)));
    expect(done).toMatchObject([{ value: { revision: 1 } }, { reason: poison }, { value: { revision: 2 } }]);
    expect(sizes()).toEqual([3, 1, 1, 1]);
  });

  it("decides all again where another node was faster", async () => {
    const { ledger, store, sizes } = await started();
    const there = await Ledger.open({ store, reports, at: 1 });
    await make(there, "b");
    const done = await Promise.all([make(ledger, "a"), make(ledger, "b"), make(ledger, "c")]);
    expect(done).toMatchObject([{ revision: 2 }, { ok: false, refusal: "b exists" }, { revision: 3 }]);
    expect(sizes()).toEqual([1, 3, 2]);
    expect(await ledger.verify("default")).toMatchObject({ ok: true, checked: 3 });
  });

  it("F32: tells only whose claim was taken over, and keeps the answers of the others with their changes", async () => {
    const { ledger, store } = await started();
    const claims = ["k1", "k2", "k3"].map((key): Claim => ({ caller: "t1", key, digest: "d", holder: "h1", at: 1 }));
    for (const claim of claims) await store.idempotency.claim(claim);
    const sent = claims.map((claim) =>
      ledger.execute({ ...request, claim: claim.key === "k2" ? { ...claim, holder: "gone" } : claim }, () => ({
        ok: true,
        action: "make",
        items: [sample.segment(claim.key)],
        answer: ({ revision, hash }) => `${revision} ${hash}`,
        result: undefined,
      })),
    );
    expect(await Promise.allSettled(sent)).toMatchObject([
      { value: { revision: 1 } },
      { reason: { name: "ClaimLost" } },
      { value: { revision: 2 } },
    ]);
    const hashes = (await ledger.changes("default", { limit: 9 })).map(({ change }) => change.hash).reverse();
    const kept = await Promise.all(claims.map((claim) => store.idempotency.claim(claim)));
    expect(kept.map((found) => found?.answer)).toEqual([`1 ${hashes[0]}`, undefined, `2 ${hashes[1]}`]);
  });

  it("writes no more together than may wait for each other", async () => {
    const { ledger, sizes } = await started();
    await Promise.all(segments(70).map((item) => put(ledger, [item])));
    expect(sizes()).toEqual([32, 32, 6]);
  });

  it("writes what is long by itself", async () => {
    const { ledger, sizes } = await started();
    const long = sample.segment("long", { description: "x".repeat(300_000) });
    await Promise.all([make(ledger, "a"), put(ledger, [long]), make(ledger, "b"), make(ledger, "c")]);
    expect(sizes()).toEqual([2, 2]);
  });

  it("decides on the lists that a change leaves, once they are there", async () => {
    const { ledger, store, sizes } = await started();
    const work = await staged(store, "l1", [{ key: "u1", added: true }]);
    const listKey = listKeyFrom(work.made?.secret ?? "");
    const keys = new FingerprintCollector(listKey);
    keys.add("u1");
    const lists = [{ work, after: new KeyList({ version: 1, listKey }, await inSlices(keys.finish())) }];
    const named = sample.segment("s", { included: { list: "l1", count: 1, version: 1 } });
    const seen: number[] = [];
    const listed = ledger.execute(request, () => ({ ok: true, action: "keys", items: [named], lists, result: 0 }));
    const next = ledger.execute(request, () => {
      seen.push(ledger.lists("default").size);
      return { ok: true, action: "make", items: [sample.segment("t")], result: 0 };
    });
    expect(await Promise.all([listed, next])).toMatchObject([{ revision: 1 }, { revision: 2 }]);
    expect(seen).toEqual([1]);
    expect(sizes()).toEqual([1, 1]);
  });

  it("undoes and makes again within what is written together", async () => {
    const { ledger, store } = await started();
    const steps = [[sample.segment("a")], [removed(sample.segment("a"))], [sample.segment("a", { name: "again" })]];
    await Promise.all(steps.map((items) => put(ledger, items)));
    expect((await store.load("default")).documents).toMatchObject([{ key: "a", revision: 3 }]);
    const fresh = await Ledger.open({ store, reports, at: 1 });
    expect(fresh.state("default")?.segments).toEqual(ledger.state("default")?.segments);
  });
});
