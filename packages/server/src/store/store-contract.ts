/** What every store must do. Each adapter's test calls this with a way to make an empty store. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Item, RecordedItem } from "../state/documents.ts";
import { fold, loadState } from "../state/fold.ts";
import { emptyState } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import { describeApprovals } from "./approval-contract.ts";
import { describeEvidence } from "./evidence-contract.ts";
import { passes } from "./filter.ts";
import { describeIdempotency } from "./idempotency-contract.ts";
import { describeJointCommits } from "./joint-commits-contract.ts";
import { describeLists } from "./lists-contract.ts";
import type { Actor, Change, ChangeFilter, CommitResult, Store, UnitOfWork, ViewChange } from "./port.ts";
import { canonicalJson, chainHash } from "./record.ts";
import { describeUsage } from "./usage-contract.ts";
import { describeUses } from "./use-contract.ts";
import { describeWebhooks } from "./webhooks-contract.ts";

const ada: Actor = { type: "token", id: "t1", name: "ada" };
const server: Actor = { type: "system", id: "server", name: "server" };

function work(expectedRevision: number, items: readonly RecordedItem[], more: Partial<UnitOfWork> = {}): UnitOfWork {
  return {
    project: "default",
    expectedRevision,
    at: 1_000,
    actor: ada,
    action: "test.write",
    items,
    views: [],
    viewFormat: 1,
    ...more,
  };
}

function accepted(result: CommitResult): Change {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.conflict)}`);
  const [change] = result.changes;
  if (change === undefined || result.changes.length > 1) throw new Error(`There are ${result.changes.length} changes.`);
  return change;
}

/** All changes, oldest first. */
async function wholeLog(store: Store): Promise<readonly Change[]> {
  return (await store.follow("default", 0, 1_000_000)).changes;
}

export function describeStore(makeEmpty: () => Promise<Store>): void {
  const opened: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await makeEmpty();
    opened.push(store);
    await store.addProject("default");
    return store;
  };
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  describe("as a store", () => {
    describeProjects(open);
    describeCommits(open);
    describeJointCommits(open);
    describeChain(open);
    describeHistory(open);
    describePast(open);
    describeLoading(open);
    describeLists(open);
    describeUsage(open);
    describeEvidence(open);
    describeIdempotency(open);
    describeApprovals(open);
    describeWebhooks(open);
    describeUses(open);
  });
}

type Open = () => Promise<Store>;

function describeProjects(open: Open): void {
  it("has an epoch", async () => {
    expect((await open()).epoch).toMatch(/\S/);
  });

  it("keeps it until a change brings another, with that change or not at all", async () => {
    const store = await open();
    expect(await store.readEpoch()).toBe(store.epoch);
    await store.addProject("_system");
    const renewal = work(0, [], { project: "_system", epoch: "e2" });
    expect(await store.commit({ ...renewal, expectedRevision: 1 })).toMatchObject({ ok: false });
    expect(await store.readEpoch()).toBe(store.epoch);
    expect(await Promise.all([store.commit(renewal), store.commit({ ...renewal, epoch: "e3" })])).toMatchObject([
      { ok: true },
      { ok: false },
    ]);
    expect(await store.readEpoch()).toBe("e2");
    await store.commit(work(0, [sample.flag("a")]));
    expect(await store.readEpoch()).toBe("e2");
  });

  it("starts a chain once and leaves one that is there alone", async () => {
    const store = await open();
    await store.commit(work(0, [sample.flag("a")]));
    await store.addProject("default");
    await store.addProject("another");
    expect(await store.projects()).toEqual(["another", "default"]);
    expect(await store.revision("default")).toBe(1);
    expect(await store.revision("another")).toBe(0);
  });

  it("names a project that it does not have", async () => {
    const store = await open();
    const calls = [
      () => store.load("missing"),
      () => store.revision("missing"),
      () => store.verify("missing"),
      () => store.documentsAt("missing", 1),
      () => store.revisionAt("missing", 1),
      () => store.commit(work(0, [], { project: "missing" })),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow("There is no project missing");
  });

  it("keeps projects apart", async () => {
    const store = await open();
    await store.addProject("another");
    await store.commit(work(0, [sample.flag("a")]));
    await store.commit(work(0, [sample.flag("b")], { project: "another" }));
    expect((await store.load("another")).documents.map(({ key }) => key)).toEqual(["b"]);
    expect(await store.changes("default", { flag: "b", limit: 5 })).toEqual([]);
  });

  it("can be closed twice and says that it is closed", async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.commit(work(0, [sample.flag("a")]))).rejects.toMatchObject({
      name: "StoreFault",
      kind: "unavailable",
    });
  });
}

function describeCommits(open: Open): void {
  it("refuses what was decided on another change than the newest, also where the revision is the same", async () => {
    const store = await open();
    const first = accepted(await store.commit(work(0, [sample.flag("a")], { expectedHead: "" })));
    const conflict = { ok: false, conflict: { expected: 1, found: 1 } };
    expect(await store.commit(work(1, [sample.flag("b")], { expectedHead: "0".repeat(64) }))).toEqual(conflict);
    expect(await store.revision("default")).toBe(1);
    expect(accepted(await store.commit(work(1, [sample.flag("b")], { expectedHead: first.hash }))).revision).toBe(2);
    expect(await store.verify("default")).toMatchObject({ ok: true, checked: 2 });
  });

  it("numbers changes without a gap, also where commits meet and some are refused", async () => {
    const store = await open();
    const commitSoon = async (key: string): Promise<void> => {
      for (;;) {
        const result = await store.commit(work(await store.revision("default"), [sample.flag(key)]));
        if (result.ok) return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => commitSoon(`f${index}`)));
    const log = await wholeLog(store);
    expect(log.map(({ revision }) => revision)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(new Set(log.flatMap(({ items }) => items.map(({ key }) => key))).size).toBe(40);
    expect(await store.verify("default")).toMatchObject({ ok: true, checked: 40 });
  });

  it("leaves nothing of a work that met a conflict", async () => {
    const store = await open();
    await store.commit(work(0, [sample.flag("a")]));
    const before = await store.load("default");
    const late = work(0, [sample.flag("b")], {
      views: [{ environment: "production", class: "server", put: [{ kind: "flag", key: "b" }], drop: [] }],
      credentials: [{ id: "k1", digest: "d1", project: "default" }],
    });
    expect(await store.commit(late)).toEqual({ ok: false, conflict: { expected: 0, found: 1 } });
    expect(await store.load("default")).toEqual(before);
    expect(await store.digest("k1")).toBeUndefined();
    expect(await wholeLog(store)).toHaveLength(1);
  });

  it("leaves nothing of a work that fails half-way", async () => {
    const store = await open();
    const before = await store.load("default");
    const twice = work(0, [sample.flag("a"), sample.segment("s"), sample.flag("a")]);
    await expect(store.commit(twice)).rejects.toThrow("flag::a twice");
    expect(await store.load("default")).toEqual(before);
    expect(accepted(await store.commit(work(0, [sample.flag("a")]))).revision).toBe(1);
  });

  it("makes one revision of many items", async () => {
    const store = await open();
    const items = [sample.environment("production"), sample.flag("a"), sample.targeting("a"), sample.segment("s")];
    const change = accepted(await store.commit(work(0, items)));
    expect(change).toMatchObject({ revision: 1, items });
    expect((await store.load("default")).documents.map(({ revision }) => revision)).toEqual([1, 1, 1, 1]);
  });

  it("never lets instants go back", async () => {
    const store = await open();
    for (const [revision, at] of [500, 400, 600].entries()) {
      await store.commit(work(revision, [sample.flag(`f${revision}`)], { at }));
    }
    expect((await wholeLog(store)).map(({ at }) => at)).toEqual([500, 500, 600]);
    expect((await store.load("default")).at).toBe(600);
  });

  it("keeps digests beside the log and never in it", async () => {
    const store = await open();
    const credentials = [{ id: "k1", digest: "canary-digest", project: "default" }];
    await store.commit(work(0, [sample.key("k1")], { credentials }));
    expect(await store.digest("k1")).toEqual(credentials[0]);
    expect(await store.digest("k2")).toBeUndefined();
    expect(await store.digests()).toEqual(credentials);
    const readable = [await wholeLog(store), await store.changes("default", { limit: 9 }), await store.load("default")];
    expect(JSON.stringify(readable)).not.toContain("canary");
  });

  it("answers with the change exactly as the log has it", async () => {
    const store = await open();
    const change = accepted(
      await store.commit(work(0, [sample.flag("a", { archivedAt: 3 })], { comment: "why", requestId: "r1" })),
    );
    expect((await wholeLog(store))[0]).toEqual(change);
    expect(change).toMatchObject({ comment: "why", requestId: "r1", actor: ada });
    expect(Object.keys(accepted(await store.commit(work(1, [sample.flag("b")]))))).not.toContain("comment");
  });

  it("keeps text that a column cannot hold as it is, and finds its author", async () => {
    const store = await open();
    const actor: Actor = { type: "token", id: "t3", name: "a\0b\ud800" };
    const change = accepted(
      await store.commit(work(0, [sample.flag("a", { description: "\0 \udc00" })], { actor, comment: "\0" })),
    );
    expect(change).toMatchObject({ actor, comment: "\0" });
    const listed = await store.changes("default", { actor: actor.name, limit: 9 });
    expect(listed).toEqual([{ change, before: [null] }]);
    expect(await store.changes("default", { flag: "\0", segment: "\ud800", limit: 9 })).toEqual([]);
    expect(await store.verify("default")).toMatchObject({ ok: true });
  });

  it("takes thousands of items and entities in one change", async () => {
    const store = await open();
    const names = Array.from({ length: 4_000 }, (_, index) => ({ kind: "flag" as const, key: `f${index}` }));
    const views = environments.map(
      (environment): ViewChange => ({ environment, class: "server", put: names, drop: [] }),
    );
    const items = names.map(({ key }) => sample.flag(key));
    accepted(await store.commit(work(0, items, { views })));
    const { documents, entities } = await store.load("default");
    expect([documents.length, entities.length]).toEqual([4_000, 8_000]);
  });

  it("puts an entity that one change both drops and puts", async () => {
    const store = await open();
    const flag = { kind: "flag", key: "a" } as const;
    const view = (change: Partial<ViewChange>): ViewChange => {
      return { environment: "production", class: "server", put: [], drop: [], ...change };
    };
    const views = [view({ put: [flag], drop: [flag] }), view({ drop: [{ kind: "segment", key: "a" }] })];
    accepted(await store.commit(work(0, [sample.flag("a")], { views })));
    const { entities } = await store.load("default");
    expect(entities.map(({ kind, dropped }) => [kind, dropped]).sort()).toEqual([
      ["flag", false],
      ["segment", true],
    ]);
  });

  it("takes a change without items, which only gives views new versions", async () => {
    const store = await open();
    await store.commit(work(0, [sample.flag("a")]));
    expect(accepted(await store.commit(work(1, [], { viewFormat: 2 }))).items).toEqual([]);
    expect(await store.load("default")).toMatchObject({ revision: 2, viewFormat: 2 });
  });
}

function describeChain(open: Open): void {
  it("hashes the previous hash and the change's canonical text", async () => {
    const store = await open();
    const first = accepted(await store.commit(work(0, [sample.flag("a", { description: "żółw\u2028" })])));
    const second = accepted(await store.commit(work(1, [removed(sample.flag("a"))])));
    const { hash: firstHash, ...firstText } = first;
    const { hash: secondHash, ...secondText } = second;
    expect(firstHash).toBe(chainHash("", canonicalJson(firstText)));
    expect(secondHash).toBe(chainHash(firstHash, canonicalJson(secondText)));
    expect(await store.verify("default")).toEqual({ ok: true, head: secondHash, checked: 2 });
  });

  it("verifies a chain that has not begun", async () => {
    expect(await (await open()).verify("default")).toEqual({ ok: true, head: "", checked: 0 });
  });

  it("says which hash a stretch continues, so that another log is noticed", async () => {
    const store = await open();
    const first = accepted(await store.commit(work(0, [sample.flag("a")])));
    const second = accepted(await store.commit(work(1, [sample.flag("b")])));
    expect(await store.follow("default", 0, 1)).toEqual({ continues: "", changes: [first] });
    expect(await store.follow("default", 1, 10)).toEqual({ continues: first.hash, changes: [second] });
    expect(await store.follow("default", 2, 10)).toEqual({ continues: second.hash, changes: [] });
    expect(await store.follow("default", 3, 10)).toEqual({ continues: undefined, changes: [] });
  });
}

async function withHistory(open: Open): Promise<Store> {
  const store = await open();
  const works: readonly (readonly [readonly Item[], Partial<UnitOfWork>])[] = [
    [[sample.environment("production"), sample.environment("staging")], { at: 100, actor: server }],
    [[sample.flag("a"), sample.targeting("a"), sample.targeting("a", {}, "staging")], { at: 200 }],
    [[sample.segment("a")], { at: 200 }],
    [[sample.targeting("a", { enabled: false })], { at: 300 }],
    [[sample.flag("b"), sample.targeting("b")], { at: 400, actor: { type: "token", id: "t2", name: "bob" } }],
    [[removed(sample.segment("a"))], { at: 500 }],
    [[sample.targeting("a", { enabled: true })], { at: 600 }],
    [[sample.schedule("a", "s1"), sample.schedule("ab", "s1")], { at: 700 }],
    [[sample.release("a", {}, "staging")], { at: 800 }],
  ];
  for (const [revision, [items, more]] of works.entries()) accepted(await store.commit(work(revision, items, more)));
  return store;
}

const filters: readonly (readonly [name: string, filter: Omit<ChangeFilter, "limit">, revisions: readonly number[]])[] =
  [
    ["everything", {}, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
    ["a flag's definition, targetings, releases and schedules", { flag: "a" }, [9, 8, 7, 4, 2]],
    ["a segment", { segment: "a" }, [6, 3]],
    ["an environment", { environment: "staging" }, [9, 2, 1]],
    ["a flag in an environment", { flag: "a", environment: "production" }, [8, 7, 4, 2]],
    ["a flag where it was not touched", { flag: "b", environment: "staging" }, []],
    ["an actor by id", { actor: "t2" }, [5]],
    ["an actor by name", { actor: "ada" }, [9, 8, 7, 6, 4, 3, 2]],
    ["after a revision, up to another", { sinceRevision: 2, untilRevision: 4 }, [4, 3]],
    ["between two instants, both inclusive", { sinceAt: 200, untilAt: 300 }, [4, 3, 2]],
    ["before a page's last", { before: 3 }, [2, 1]],
    ["several at once", { flag: "a", actor: "t1", sinceAt: 201, before: 7 }, [4]],
  ];

function describeHistory(open: Open): void {
  it.each(filters)("lists %s, newest first", async (_, filter, revisions) => {
    const store = await withHistory(open);
    const listed = await store.changes("default", { ...filter, limit: 50 });
    expect(listed.map(({ change }) => change.revision)).toEqual(revisions);
    const passing = (await wholeLog(store)).filter((change) => passes({ ...filter, limit: 50 }, change));
    expect(listed.map(({ change }) => change)).toEqual(passing.reverse());
  });

  it("goes through the history page by page without a gap or a double", async () => {
    const store = await withHistory(open);
    const seen: number[] = [];
    for (let before = 100; ; ) {
      const page = await store.changes("default", { before, limit: 3 });
      seen.push(...page.map(({ change }) => change.revision));
      const last = page.at(-1);
      if (last === undefined) break;
      before = last.change.revision;
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it("lists each item with the state before it", async () => {
    const store = await withHistory(open);
    const before = new Map(
      (await store.changes("default", { limit: 50 })).map(({ change, before }) => [change.revision, before]),
    );
    expect(before.get(7)).toEqual([sample.targeting("a", { enabled: false }).after]);
    expect(before.get(6)).toEqual([sample.segment("a").after]);
    expect(before.get(4)).toEqual([sample.targeting("a").after]);
    expect(before.get(2)).toEqual([null, null, null]);
  });

  it("knows of no state before a document that was removed and made again", async () => {
    const store = await withHistory(open);
    await store.commit(work(9, [sample.segment("a", { name: "again" })]));
    const [newest] = await store.changes("default", { limit: 1 });
    expect(newest?.before).toEqual([null]);
  });
}

const environments = ["production", "staging"] as const;

/** A limit for properties, of which some stores need a while. */
const MANY_RUNS_MS = 60_000;

/** One item of a few documents, so that works meet each other. */
const anyItem: fc.Arbitrary<Item> = fc
  .tuple(fc.nat(3), fc.constantFrom(...environments), fc.boolean(), fc.boolean(), fc.nat(5))
  .map(([key, where, on, gone, kind]) => {
    const items = [
      sample.flag(`f${key}`, { clientSide: on }),
      sample.targeting(`f${key}`, { enabled: on }, where),
      sample.segment(`s${key}`, { included: on ? ["u1"] : [] }),
      sample.key(`k${key}-${where}`, { environment: where, ...(on ? { revokedAt: 9 } : {}) }),
      sample.environment(where, { protected: on }),
    ];
    const item = items[kind] ?? sample.segment(`s${key}`);
    return gone ? removed(item) : item;
  });

const anyWork = fc.uniqueArray(anyItem, {
  minLength: 1,
  maxLength: 5,
  selector: ({ kind, key, environment }) => `${kind}:${key}:${environment}`,
});

function describePast(open: Open): void {
  it(
    "shows the state at every revision that the changes up to it fold to, whatever they were",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyWork, { maxLength: 8 }), async (works) => {
          const store = await open();
          const states = [emptyState("default")];
          for (const [revision, items] of works.entries()) {
            states.push(fold(states[revision] ?? emptyState(""), accepted(await store.commit(work(revision, items)))));
          }
          for (const [revision, state] of states.entries()) {
            const { head, at } = state;
            const past = { key: "default", revision, head, at, viewFormat: 1, entities: [] };
            const documents = await store.documentsAt("default", revision);
            expect(asData(loadState({ ...past, documents }))).toEqual(asData(state));
          }
          await store.close();
        }),
        { numRuns: 25 },
      );
    },
    MANY_RUNS_MS,
  );

  it("leaves out what belongs to other environments than the one asked for", async () => {
    const store = await withHistory(open);
    const names = (await store.documentsAt("default", 3, "staging")).map(({ kind, key, environment }) =>
      [kind, environment, key].join(":"),
    );
    expect(names.sort()).toEqual([
      "environment::production",
      "environment::staging",
      "flag::a",
      "segment::a",
      "targeting:staging:a",
    ]);
  });

  it("finds thousands of documents in the past, and no other project's", async () => {
    const store = await open();
    await store.addProject("another");
    await store.commit(work(0, [sample.flag("a-foreign-one")], { project: "another" }));
    const keys = Array.from({ length: 2_500 }, (_, index) => `f${index}`);
    await store.commit(
      work(
        0,
        keys.map((key) => sample.flag(key)),
      ),
    );
    await store.commit(
      work(
        1,
        keys.map((key) => removed(sample.flag(key))),
      ),
    );
    const past = await store.documentsAt("default", 1);
    expect(past.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(await store.documentsAt("default", 2)).toEqual([]);
  });

  it.each([
    [0, 0],
    [99, 0],
    [100, 1],
    [199, 1],
    [200, 3],
    [300, 4],
    [599, 6],
    [600, 7],
    [1_000_000, 9],
  ])("at the instant %i is at revision %i, the last of those that share an instant", async (at, revision) => {
    expect(await (await withHistory(open)).revisionAt("default", at)).toBe(revision);
  });
}

function describeLoading(open: Open): void {
  it(
    "loads the state that its changes fold to, whatever they were",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyWork, { maxLength: 12 }), async (works) => {
          const store = await open();
          let state = emptyState("default");
          for (const [revision, items] of works.entries()) {
            state = fold(state, accepted(await store.commit(work(revision, items))));
          }
          expect(asData(loadState(await store.load("default")))).toEqual(asData(state));
          await store.close();
        }),
        { numRuns: 25 },
      );
    },
    MANY_RUNS_MS,
  );

  it("keeps the version of each entity of each view, and of those that left it", async () => {
    const store = await open();
    const view = (put: readonly string[], drop: readonly string[]): ViewChange => ({
      environment: "production",
      class: "server",
      put: put.map((key) => ({ kind: "flag", key })),
      drop: drop.map((key) => ({ kind: "flag", key })),
    });
    await store.commit(work(0, [sample.flag("a")], { views: [view(["a", "b", "c"], [])] }));
    await store.commit(work(1, [sample.flag("b")], { views: [view(["b"], ["c"])] }));
    await store.commit(work(2, [sample.flag("c")], { views: [{ ...view(["c"], []), class: "client" }] }));
    const { entities } = await store.load("default");
    const rows = entities.map((row) => [row.environment, row.class, row.kind, row.key, row.version, row.dropped]);
    expect(rows.sort()).toEqual([
      ["production", "client", "flag", "c", 3, false],
      ["production", "server", "flag", "a", 1, false],
      ["production", "server", "flag", "b", 2, false],
      ["production", "server", "flag", "c", 2, true],
    ]);
  });

  it("brings an entity that left a view back under a new version", async () => {
    const store = await open();
    const views = (put: boolean): ViewChange[] => [
      {
        environment: "production",
        class: "server",
        put: put ? [{ kind: "flag", key: "a" }] : [],
        drop: put ? [] : [{ kind: "flag", key: "a" }],
      },
    ];
    for (const revision of [0, 1, 2]) {
      await store.commit(work(revision, [sample.flag(`f${revision}`)], { views: views(revision !== 1) }));
    }
    expect((await store.load("default")).entities).toMatchObject([{ version: 3, dropped: false }]);
  });

  it("keeps keys that are names of JavaScript's own", async () => {
    const store = await open();
    const items = ["constructor", "__proto__", "toString"].map((key) => sample.segment(key));
    accepted(await store.commit(work(0, items)));
    expect([...loadState(await store.load("default")).segments.keys()].sort()).toEqual([
      "__proto__",
      "constructor",
      "toString",
    ]);
  });
}

/** Maps compared without their order, which a database does not keep. */
function asData(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, asData(inner)]));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asData(inner)]));
}
