import { describe, expect, it, vi } from "vitest";
import type { Item } from "../state/documents.ts";
import { targetingOf } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { type Store, SYSTEM_PROJECT } from "../store/port.ts";
import type { Applied } from "./follower.ts";
import { Ledger } from "./ledger.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: vi.fn(), listenerFailed: vi.fn() };
const openOn = (store: Store): Promise<Ledger> => Ledger.open({ store, reports, at: 1 });

/** Writes these items, whatever the state. */
async function write(ledger: Ledger, items: readonly Item[], project = "default"): Promise<number> {
  const done = await ledger.execute({ project, actor, at: 5 }, () => ({
    ok: true,
    action: "test.write",
    items,
    result: undefined,
  }));
  return done.ok ? done.revision : Number.NaN;
}

async function withProject(store: Store = new MemoryStore({ epoch: "e1" })): Promise<Ledger> {
  const ledger = await openOn(store);
  await write(ledger, [sample.project("default")], SYSTEM_PROJECT);
  return ledger;
}

const checkout = [sample.environment("production"), sample.flag("checkout"), sample.targeting("checkout")];

describe("Ledger", () => {
  it("starts a project's chain with the change that makes the project", async () => {
    const ledger = await withProject();
    expect(ledger.projects()).toEqual(["default"]);
    expect(ledger.system().projects.get("default")?.revision).toBe(1);
    expect(ledger.state("default")).toMatchObject({ revision: 0, head: "" });
  });

  it("shows a change in state and views by the time it answers", async () => {
    const ledger = await withProject();
    expect(await write(ledger, checkout)).toBe(1);
    const state = ledger.state("default");
    expect(state && targetingOf(state, "checkout", "production")).toMatchObject({ revision: 1 });
    expect(ledger.view("default", "production", "server")?.ruleset()).toMatchObject({
      epoch: "e1",
      revision: 1,
      flags: { checkout: { version: 1, enabled: true, fallthrough: { variant: "on" } } },
    });
  });

  it("passes a refusal on and writes nothing", async () => {
    const ledger = await withProject();
    const refused = await ledger.execute({ project: "default", actor, at: 5 }, () => ({ ok: false, refusal: "no" }));
    expect(refused).toEqual({ ok: false, refusal: "no" });
    expect(ledger.state("default")?.revision).toBe(0);
  });

  it("answers with the revision that stands where the state says everything already", async () => {
    const ledger = await withProject();
    await write(ledger, checkout);
    expect(await write(ledger, [...checkout, removed(sample.segment("staff"))])).toBe(1);
    expect(await ledger.changes("default", { limit: 10 })).toHaveLength(1);
  });

  it("records only what differs", async () => {
    const ledger = await withProject();
    await write(ledger, checkout);
    await write(ledger, [...checkout.slice(0, 2), sample.targeting("checkout", { enabled: false })]);
    const [newest] = await ledger.changes("default", { limit: 1 });
    expect(newest?.change.items.map((item) => item.kind)).toEqual(["targeting"]);
    expect(newest?.before).toEqual([expect.objectContaining({ enabled: true })]);
  });

  it("decides one command at a time, each on what the one before left", async () => {
    const ledger = await withProject();
    const seen: number[] = [];
    const count = (name: string) =>
      ledger.execute({ project: "default", actor, at: 5 }, (state) => {
        seen.push(state.revision);
        return { ok: true, action: "count", items: [sample.segment(name)], result: name };
      });
    const done = await Promise.all(["a", "b", "c", "d"].map(count));
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(done).toMatchObject(["a", "b", "c", "d"].map((result, index) => ({ revision: index + 1, result })));
  });

  it("goes on after a decision that throws", async () => {
    const ledger = await withProject();
    const broken = ledger.execute({ project: "default", actor, at: 5 }, () => {
      throw new Error("a bug");
    });
    await expect(broken).rejects.toThrow("a bug");
    expect(await write(ledger, checkout)).toBe(1);
  });

  it("reads what another node wrote and decides again", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const here = await withProject(store);
    const there = await openOn(store);
    await write(there, checkout);
    const decided: number[] = [];
    const done = await here.execute({ project: "default", actor, at: 5 }, (state) => {
      decided.push(state.revision);
      return { ok: true, action: "segment.create", items: [sample.segment("staff")], result: undefined };
    });
    expect(decided).toEqual([0, 1]);
    expect(done).toMatchObject({ ok: true, revision: 2 });
    expect(here.view("default", "production", "server")?.ruleset().flags).toHaveProperty("checkout");
  });

  it("shows the same views on a node that followed, one that wrote and one that started later", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const wrote = await withProject(store);
    const followed = await openOn(store);
    await write(wrote, checkout);
    await write(wrote, [sample.segment("staff"), sample.targeting("checkout", { enabled: false })]);
    await write(wrote, [removed(sample.segment("staff"))]);
    await followed.catchUp("default");
    const started = await openOn(store);
    const views = [wrote, followed, started].map((ledger) => ledger.view("default", "production", "server"));
    expect(views[0]?.revision).toBe(3);
    expect(views[1]).toEqual(views[0]);
    expect(views[2]).toEqual(views[0]);
  });

  it("takes up each change once where several ask for the log's end at the same time", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const there = await withProject(store);
    const here = await openOn(store);
    await write(there, checkout);
    await write(there, [sample.segment("staff")]);
    const told: number[] = [];
    here.subscribe(({ change, state }) => told.push(change.revision, state.revision));
    await Promise.all([here.catchUp("default"), here.catchUp("default"), here.catchUp("default")]);
    expect(told).toEqual([1, 1, 2, 2]);
    expect(here.state("default")?.revision).toBe(2);
  });

  it("gives up where the store speaks of a change that it does not show", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const ledger = await withProject(store);
    vi.spyOn(store, "commit").mockResolvedValue({ ok: false, conflict: { expected: 0, found: 1 } });
    await expect(write(ledger, checkout)).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
  });

  it("names a project that it does not have", async () => {
    const ledger = await withProject();
    await expect(write(ledger, checkout, "missing")).rejects.toThrow("There is no project missing");
  });

  it("learns of projects that another node made", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const here = await openOn(store);
    await withProject(store);
    await here.catchUp(SYSTEM_PROJECT);
    expect(here.projects()).toEqual(["default"]);
  });

  it("tells listeners of each change in order, with the views that it altered", async () => {
    const ledger = await withProject();
    const told: Applied[] = [];
    const stop = ledger.subscribe((applied) => told.push(applied));
    await write(ledger, checkout);
    await write(ledger, [sample.flag("checkout", { description: "One page" })]);
    stop();
    await write(ledger, [sample.segment("staff")]);
    expect(
      told.map(({ change, views }) => [change.revision, views.map((view) => [view.class, view.revision])]),
    ).toEqual([
      [1, [["server", 1]]],
      [2, []],
    ]);
  });

  it("lets a listener that throws harm nobody", async () => {
    const ledger = await withProject();
    const other = vi.fn();
    const error = new Error("a bug");
    ledger.subscribe(() => {
      throw error;
    });
    ledger.subscribe(other);
    expect(await write(ledger, checkout)).toBe(1);
    expect(other).toHaveBeenCalledOnce();
    expect(reports.listenerFailed).toHaveBeenCalledWith(error);
  });

  it("refuses to write a document that it could not read again", async () => {
    const ledger = await withProject();
    const broken = sample.flag("checkout", { tags: JSON.parse("7") });
    await expect(write(ledger, [broken])).rejects.toThrow("The flag checkout cannot be written: tags");
    expect(ledger.state("default")?.revision).toBe(0);
  });

  it("keeps its state where the store fails, and works again when the store does", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const ledger = await withProject(store);
    const commit = vi.spyOn(store, "commit").mockRejectedValueOnce(new Error("disk"));
    const before = ledger.state("default");
    await expect(write(ledger, checkout)).rejects.toThrow("disk");
    expect(ledger.state("default")).toBe(before);
    commit.mockRestore();
    expect(await write(ledger, checkout)).toBe(1);
  });

  it("stops where the log is no longer the one that it followed", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const ledger = await withProject(store);
    await write(ledger, checkout);
    const restored = new MemoryStore({ epoch: "e1" });
    await (await withProject(restored)).close();
    const follow = vi.spyOn(store, "follow");
    follow.mockResolvedValue({ continues: undefined, changes: [] });
    await expect(ledger.catchUp("default")).rejects.toMatchObject({ name: "StoreFault", kind: "regressed" });
    follow.mockResolvedValue({ continues: "another", changes: [] });
    await expect(ledger.catchUp("default")).rejects.toMatchObject({ kind: "regressed" });
  });

  it("gives every entity a new version where another version of the program projected it otherwise", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const before = await withProject(store);
    await write(before, checkout);
    const load = store.load.bind(store);
    const outdated = vi.spyOn(store, "load");
    outdated.mockImplementation(async (project) => ({ ...(await load(project)), viewFormat: 0 }));
    const after = await openOn(store);
    const view = after.view("default", "production", "server");
    expect(view?.ruleset()).toMatchObject({ revision: 2, flags: { checkout: { version: 2 } } });
    outdated.mockRestore();
    expect((await openOn(store)).state("default")?.revision).toBe(2);
  });
});
