/** What every store must do with claims of requests, as part of its contract. */
import { describe, expect, it } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { ANSWER_KEPT_MS, CLAIM_HELD_MS, type Claim, type WorkClaim } from "./idempotency-store.ts";
import type { Store, UnitOfWork } from "./port.ts";

const NOW = Date.parse("2026-01-31T12:34:56.789Z");
/** What JSON can hold and a careless column could not. */
const ANSWER = JSON.stringify({ body: { text: "\0 \ud800 Grüße '\"; DROP TABLE x --" } });

function claim(more: Partial<Claim> = {}): Claim {
  return { caller: "t1", key: "k1", digest: "d1", holder: "h1", at: NOW, ...more };
}

function work(expectedRevision: number, ofClaim: WorkClaim): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: NOW,
    actor: { type: "token", id: "t1", name: "ada" },
    action: "test",
    items: [sample.flag("a", { description: String(expectedRevision) })],
    views: [],
    viewFormat: 1,
    claim: ofClaim,
  };
}

export function describeIdempotency(open: () => Promise<Store>): void {
  describe("with claims of requests", () => {
    it("gives a key of a caller to one of many that claim it at once", async () => {
      const { idempotency } = await open();
      const holders = Array.from({ length: 8 }, (_, n) => `h${n}`);
      const found = await Promise.all(holders.map((holder) => idempotency.claim(claim({ holder, digest: holder }))));
      const winner = holders[found.indexOf(undefined)];
      expect(found.filter((each) => each !== undefined)).toEqual(
        Array.from({ length: 7 }, () => ({ digest: winner, answer: undefined })),
      );
    });

    it("tells keys apart by caller and by every letter", async () => {
      const { idempotency } = await open();
      for (const other of [{}, { caller: "t2" }, { key: "K1" }, { key: "k1'" }]) {
        expect(await idempotency.claim(claim(other))).toBeUndefined();
      }
    });

    it("F32: makes change and answer one, and gives the answer to whoever claims the key after that", async () => {
      const store = await open();
      const { idempotency } = store;
      await idempotency.claim(claim());
      expect(await store.commit(work(0, { ...claim(), answer: ANSWER }))).toMatchObject({ ok: true });
      const late = claim({ holder: "h2", at: NOW + ANSWER_KEPT_MS - 1 });
      expect(await idempotency.claim(late)).toEqual({ digest: "d1", answer: ANSWER });
    });

    it("keeps no answer of a change that was not made", async () => {
      const store = await open();
      await store.idempotency.claim(claim());
      expect(await store.commit(work(7, { ...claim(), answer: ANSWER }))).toMatchObject({ ok: false });
      expect(await store.idempotency.claim(claim({ holder: "h2" }))).toEqual({ digest: "d1", answer: undefined });
      expect(await store.commit(work(0, { ...claim(), answer: ANSWER }))).toMatchObject({ ok: true });
    });

    it("asks whether the claim is held of a change after which the request goes on", async () => {
      const store = await open();
      const { caller, key, holder } = claim();
      await store.idempotency.claim(claim());
      expect(await store.commit(work(0, { caller, key, holder }))).toMatchObject({ ok: true });
      expect(await store.idempotency.claim(claim({ holder: "h2" }))).toEqual({ digest: "d1", answer: undefined });
      expect(await store.commit(work(1, { ...claim(), answer: ANSWER }))).toMatchObject({ ok: true });
      await expect(store.commit(work(2, { caller, key, holder }))).rejects.toMatchObject({ name: "ClaimLost" });
    });

    it("hands a claim without an answer over after a minute; who had it changes, keeps and releases nothing", async () => {
      const store = await open();
      const { idempotency } = store;
      await idempotency.claim(claim());
      const next = claim({ holder: "h2", digest: "d2", at: NOW + CLAIM_HELD_MS });
      expect(await idempotency.claim({ ...next, at: next.at - 1 })).toEqual({ digest: "d1", answer: undefined });
      expect(await idempotency.claim(next)).toBeUndefined();
      await expect(store.commit(work(0, { ...claim(), answer: "1" }))).rejects.toMatchObject({ name: "ClaimLost" });
      expect(await store.revision("default")).toBe(0);
      await idempotency.complete(claim(), "1");
      expect(await idempotency.release(claim())).toBe(false);
      expect(await idempotency.claim({ ...next, holder: "h3" })).toEqual({ digest: "d2", answer: undefined });
      expect(await store.commit(work(0, { ...next, answer: ANSWER }))).toMatchObject({ ok: true });
    });

    it("makes one change of two that hold the claim one after the other and commit at once", async () => {
      const store = await open();
      const first = claim();
      const second = claim({ holder: "h2", at: NOW + CLAIM_HELD_MS });
      await store.idempotency.claim(first);
      const done = await Promise.allSettled([
        store.commit(work(0, { ...first, answer: "1" })),
        store.idempotency
          .claim(second)
          .then(async (found) => found?.answer ?? store.commit(work(0, { ...second, answer: "2" }))),
      ]);
      const found = await store.idempotency.claim({ ...second, holder: "h3" });
      expect(found?.answer).toBe(done[0].status === "fulfilled" ? "1" : "2");
      expect(await store.revision("default")).toBe(1);
    });

    it("keeps an answer for which nothing was changed, and none over another", async () => {
      const { idempotency } = await open();
      await idempotency.claim(claim());
      await idempotency.complete(claim(), ANSWER);
      await idempotency.complete(claim(), "2");
      expect(await idempotency.release(claim())).toBe(false);
      expect(await idempotency.claim(claim({ holder: "h2" }))).toEqual({ digest: "d1", answer: ANSWER });
    });

    it("lets a key that was given back be claimed at once, by another request too", async () => {
      const { idempotency } = await open();
      await idempotency.claim(claim());
      expect(await idempotency.release(claim())).toBe(true);
      expect(await idempotency.claim(claim({ holder: "h2", digest: "d2" }))).toBeUndefined();
    });

    it("forgets an answer after a day, at the latest when it is swept", async () => {
      const { idempotency } = await open();
      for (const key of ["old", "new"]) await idempotency.claim(claim({ key, at: key === "old" ? NOW - 1 : NOW }));
      for (const key of ["old", "new"]) await idempotency.complete(claim({ key }), ANSWER);
      await idempotency.sweep(NOW);
      expect(await idempotency.claim(claim({ key: "old", holder: "h2" }))).toBeUndefined();
      expect(await idempotency.claim(claim({ key: "new", holder: "h2" }))).toEqual({ digest: "d1", answer: ANSWER });
      const dayLater = claim({ key: "new", holder: "h2", digest: "d2", at: NOW + ANSWER_KEPT_MS });
      expect(await idempotency.claim(dayLater)).toBeUndefined();
      expect(await idempotency.claim({ ...dayLater, holder: "h3" })).toEqual({ digest: "d2", answer: undefined });
    });
  });
}
