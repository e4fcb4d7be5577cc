/** What every store must do with changes that wait for approval, as part of its contract. */
import { describe, expect, it } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { type ApprovalFilter, ApprovalMoved, type ApprovalStep, type StoredApproval } from "./approval-store.ts";
import { ClaimLost } from "./idempotency-store.ts";
import type { Store, UnitOfWork } from "./port.ts";

const NOW = Date.parse("2026-01-31T12:34:56.789Z");
const LATER = NOW + 1_000;
/** What JSON can hold and a careless column could not. */
const DOCUMENT = JSON.stringify({ text: "\0 \ud800 Grüße '\"; DROP TABLE x --" });

function approval(id: string, more: Partial<StoredApproval> = {}): StoredApproval {
  return {
    project: "default",
    id,
    status: "waiting",
    version: 1,
    at: NOW,
    expiresAt: LATER,
    environments: ["production"],
    document: DOCUMENT,
    ...more,
  };
}

function step(id: string, more: Partial<ApprovalStep> = {}): ApprovalStep {
  return { project: "default", id, status: "waiting", version: 2, document: "{}", ...more };
}

function work(expectedRevision: number, more: Partial<UnitOfWork> = {}): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: NOW,
    actor: { type: "user", id: "u1", name: "ada" },
    action: "test",
    items: [sample.flag("a", { description: String(expectedRevision) })],
    views: [],
    viewFormat: 1,
    approval: { id: "a1", by: [{ type: "user", id: "u2", name: "bob" }] },
    ...more,
  };
}

export function describeApprovals(open: () => Promise<Store>): void {
  describe("with changes that wait for approval", () => {
    const listed = async ({ approvals }: Store, more: Partial<ApprovalFilter> = {}) => {
      const filter = { environment: "production", status: "waiting", now: NOW, limit: 10, ...more } as const;
      return (await approvals.list("default", filter)).map(({ id }) => id);
    };

    it("gives back what was added", async () => {
      const { approvals } = await open();
      const made = approval("a1", { environments: ["production", "staging"] });
      await approvals.add(made);
      expect(await approvals.find("default", "a1")).toEqual(made);
      for (const [project, id] of [
        ["default", "A1"],
        ["default", "none"],
        ["default", "a1\0"],
        ["_system", "a1"],
      ] as const)
        expect(await approvals.find(project, id)).toBeUndefined();
    });

    it("lists those of an environment, newest first, page after page", async () => {
      const store = await open();
      for (const [id, at, environments] of [
        ["b", NOW, ["production"]],
        ["a", NOW, ["production", "staging"]],
        ["c", NOW + 5, ["production"]],
        ["d", NOW + 9, ["staging"]],
      ] as const)
        await store.approvals.add(approval(id, { at, environments }));
      expect(await listed(store)).toEqual(["c", "a", "b"]);
      expect(await listed(store, { limit: 2 })).toEqual(["c", "a"]);
      expect(await listed(store, { after: { at: NOW, id: "a" } })).toEqual(["b"]);
      expect(await listed(store, { environment: "staging" })).toEqual(["d", "a"]);
      expect(await listed(store, { environment: "moon" })).toEqual([]);
    });

    it("tells by the instant what waits and what has expired", async () => {
      const store = await open();
      await store.approvals.add(approval("a1"));
      await store.approvals.add(approval("a2"));
      await store.approvals.replace(step("a2", { status: "rejected" }));
      expect(await listed(store, { now: LATER - 1 })).toEqual(["a1"]);
      expect(await store.approvals.waiting("default", LATER - 1)).toBe(1);
      expect(await listed(store, { now: LATER })).toEqual([]);
      expect(await store.approvals.waiting("default", LATER)).toBe(0);
      expect(await listed(store, { now: LATER, status: "expired" })).toEqual(["a1"]);
      expect(await listed(store, { status: "rejected" })).toEqual(["a2"]);
      expect(await listed(store, { status: "all", now: LATER })).toEqual(["a1", "a2"]);
    });

    it("lets one of many steps at once be the next one", async () => {
      const { approvals } = await open();
      await approvals.add(approval("a1"));
      const documents = Array.from({ length: 8 }, (_, n) => JSON.stringify(n));
      const written = await Promise.all(documents.map((document) => approvals.replace(step("a1", { document }))));
      expect(written.filter(Boolean)).toHaveLength(1);
      const winner = documents[written.indexOf(true)];
      expect(await approvals.find("default", "a1")).toMatchObject({ version: 2, document: winner, status: "waiting" });
    });

    it("takes no step of one that waits no more", async () => {
      const { approvals } = await open();
      await approvals.add(approval("a1"));
      expect(await approvals.replace(step("a1", { status: "withdrawn" }))).toBe(true);
      expect(await approvals.replace(step("a1", { version: 3 }))).toBe(false);
      expect(await approvals.replace(step("none"))).toBe(false);
    });

    it("makes the change and its approval's end one, and says in the record who approved it", async () => {
      const store = await open();
      await store.approvals.add(approval("a1"));
      const made = await store.commit(work(0, { closes: step("a1", { status: "applied", document: DOCUMENT }) }));
      expect(made).toMatchObject({
        ok: true,
        changes: [{ actor: { type: "user" }, approval: { id: "a1", by: [{ type: "user", id: "u2", name: "bob" }] } }],
      });
      expect(await store.approvals.find("default", "a1")).toEqual(
        approval("a1", { status: "applied", version: 2, document: DOCUMENT }),
      );
      expect(await store.verify("default")).toMatchObject({ ok: true });
    });

    it.each([
      ["withdrawn meanwhile", async ({ approvals }: Store) => approvals.replace(step("a1", { status: "withdrawn" }))],
      ["approved once more meanwhile", async ({ approvals }: Store) => approvals.replace(step("a1"))],
    ])("makes no change of one that was %s", async (_, meanwhile) => {
      const store = await open();
      await store.approvals.add(approval("a1"));
      await meanwhile(store);
      const late = store.commit(work(0, { closes: step("a1", { status: "applied" }) }));
      await expect(late).rejects.toThrow(ApprovalMoved);
      expect(await store.revision("default")).toBe(0);
      expect((await store.load("default")).documents).toEqual([]);
    });

    it("keeps one waiting whose change was not made", async () => {
      const store = await open();
      await store.approvals.add(approval("a1"));
      const conflict = await store.commit(work(7, { closes: step("a1", { status: "applied" }) }));
      expect(conflict).toMatchObject({ ok: false });
      expect(await store.approvals.find("default", "a1")).toMatchObject({ status: "waiting", version: 1 });
    });

    it("adds it with the answer to its request, or not at all", async () => {
      const store = await open();
      const claim = { caller: "t1", key: "k1", holder: "h1" };
      await store.idempotency.claim({ ...claim, digest: "d1", at: NOW });
      await store.approvals.add(approval("a1"), { ...claim, answer: "once" });
      const again = await store.idempotency.claim({ ...claim, holder: "h2", digest: "d1", at: NOW });
      expect(again).toEqual({ digest: "d1", answer: "once" });
      const lost = store.approvals.add(approval("a2"), { ...claim, holder: "another", answer: "twice" });
      await expect(lost).rejects.toThrow(ClaimLost);
      expect(await store.approvals.find("default", "a2")).toBeUndefined();
    });

    it("forgets what is long over, and nothing that waits", async () => {
      const store = await open();
      for (const id of ["waits", "over"]) await store.approvals.add(approval(id));
      await store.approvals.add(approval("old", { expiresAt: NOW + 1 }));
      await store.approvals.replace(step("over", { status: "rejected" }));
      await store.approvals.sweep(NOW + 2);
      expect(await listed(store, { status: "all" })).toEqual(["waits"]);
      await store.approvals.sweep(LATER + 1);
      expect(await listed(store, { status: "all" })).toEqual([]);
    });
  });
}
