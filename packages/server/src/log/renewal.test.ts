import { describe, expect, it } from "vitest";
import type { Item } from "../state/documents.ts";
import { sample } from "../state/sample-documents.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { type Change, type Store, SYSTEM_PROJECT, type Watcher } from "../store/port.ts";
import { Ledger } from "./ledger.ts";
import type { Renewed } from "./renewal.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;

/** A database that can be put back to what it was, under the feet of those who use it. */
class Replaceable {
  #store = new MemoryStore({ epoch: "e1" });
  readonly #watchers = new Set<Watcher>();

  /** What a node opens: calls go to whatever is there at the moment. */
  connect(): Store {
    const current = () => this.#store;
    const watch = (watcher: Watcher) => {
      this.#watchers.add(watcher);
      return async () => void this.#watchers.delete(watcher);
    };
    return new Proxy(this.#store, {
      get(_, name) {
        if (name === "watch") return watch;
        if (name === "close") return async () => undefined;
        const value: unknown = Reflect.get(current(), name);
        return typeof value === "function" ? value.bind(current()) : value;
      },
    });
  }

  get epoch(): Promise<string> {
    return this.#store.readEpoch();
  }

  changes(project = SYSTEM_PROJECT): Promise<readonly Change[]> {
    return this.#store.follow(project, 0, 1_000).then((stretch) => stretch.changes);
  }

  /** Another database with its first changes, as a copy that was put back has them. */
  async putBack(revisions: { readonly [project: string]: number }): Promise<void> {
    const older = new MemoryStore({ epoch: "e1" });
    for (const [project, end] of Object.entries(revisions)) {
      await older.addProject(project);
      const { entities, viewFormat } = await this.#store.load(project);
      for (const { revision, hash: _, lists: _none, ...record } of (await this.#store.follow(project, 0, end))
        .changes) {
        const now = entities.filter(({ version }) => version === revision);
        const views = now.map(({ environment, class: viewClass, kind, key, dropped }) => {
          const names = [{ kind, key }];
          return { environment, class: viewClass, put: dropped ? [] : names, drop: dropped ? names : [] };
        });
        await older.commit({ ...record, expectedRevision: revision - 1, views, viewFormat });
      }
    }
    this.#store = older;
  }

  /** What each node hears when it asks. */
  async look(): Promise<void> {
    const revisions = new Map<string, number>();
    const heads = new Map<string, string>();
    for (const project of await this.#store.projects()) {
      const { revision, head } = await this.#store.load(project);
      revisions.set(project, revision);
      heads.set(project, head);
    }
    for (const watcher of this.#watchers) watcher.newest(revisions, heads);
    await settled();
  }
}

/** Lets everything that was begun come to its end: all of it is in memory. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) await new Promise((resume) => setImmediate(resume));
}

interface Node {
  readonly ledger: Ledger;
  readonly renewals: Renewed[];
  readonly troubles: unknown[];
  readonly advance: (ms: number) => void;
}

async function nodeOn(database: Replaceable): Promise<Node> {
  const renewals: Renewed[] = [];
  const troubles: unknown[] = [];
  const clock = { at: 0 };
  const ledger = await Ledger.open({
    store: database.connect(),
    at: 1,
    clock: { now: () => clock.at, monotonic: () => clock.at },
    reports: {
      unreadable: () => undefined,
      listenerFailed: (error) => void troubles.push(error),
      renewed: (renewed) => void renewals.push(renewed),
      renewalFailed: (error) => void troubles.push(error),
    },
  });
  ledger.follow(() => undefined);
  return {
    ledger,
    renewals,
    troubles,
    advance: (ms) => {
      clock.at += ms;
    },
  };
}

const write = (ledger: Ledger, items: readonly Item[], project = "default") =>
  ledger.execute({ project, actor, at: 5 }, () => ({ ok: true, action: "test", items, result: undefined }));
const flag = (key: string): readonly Item[] => [sample.flag(key), sample.targeting(key)];

/** Two nodes at revision 4 of `default`: an environment, and the flags a, b and c. */
async function twoNodes(): Promise<{ database: Replaceable; here: Node; there: Node }> {
  const database = new Replaceable();
  const here = await nodeOn(database);
  await write(here.ledger, [sample.project("default")], SYSTEM_PROJECT);
  await write(here.ledger, [sample.environment("production"), sample.key("k1")]);
  for (const key of ["a", "b", "c"]) await write(here.ledger, flag(key));
  const there = await nodeOn(database);
  return { database, here, there };
}

const flagsOf = ({ ledger }: Node) =>
  Object.keys(ledger.view("default", "production", "server")?.ruleset().flags ?? {});
const name = { project: "default", environment: "production", class: "server" } as const;

describe("a database that was put back (F22)", () => {
  it("is noticed by the nodes that follow it: one makes a new epoch, all take it and what is there", async () => {
    const { database, here, there } = await twoNodes();
    await database.putBack({ [SYSTEM_PROJECT]: 1, default: 2 });
    await database.look();
    await database.look();
    const epoch = await database.epoch;
    expect(epoch).not.toBe("e1");
    expect([here.ledger.epoch, there.ledger.epoch]).toEqual([epoch, epoch]);
    expect([flagsOf(here), flagsOf(there)]).toEqual([["a"], ["a"]]);
    expect([...here.renewals, ...there.renewals].map(({ made }) => made).sort()).toEqual([false, true]);
    const told = (await database.changes()).filter(({ action }) => action === "installation.epoch");
    expect(told).toHaveLength(1);
    expect(told[0]?.comment).toContain("e1");
    await write(there.ledger, flag("d"));
    await database.look();
    expect([flagsOf(here), flagsOf(there)]).toEqual([
      ["a", "d"],
      ["a", "d"],
    ]);
    expect([...here.troubles, ...there.troubles]).toEqual([]);
  });

  it("is noticed where it has as many changes again, by their hash", async () => {
    const { database, here, there } = await twoNodes();
    await database.putBack({ [SYSTEM_PROJECT]: 1, default: 3 });
    const late = await nodeOn(database);
    await write(late.ledger, flag("other"));
    await database.look();
    await database.look();
    expect([flagsOf(here), flagsOf(there), flagsOf(late)]).toEqual(Array(3).fill(["a", "b", "other"]));
    expect(new Set([here.ledger.epoch, there.ledger.epoch, late.ledger.epoch, await database.epoch]).size).toBe(1);
    expect(here.ledger.epoch).not.toBe("e1");
  });

  it("takes no change that was decided on what it lost", async () => {
    const { database, here } = await twoNodes();
    await database.putBack({ [SYSTEM_PROJECT]: 1, default: 3 });
    const late = await nodeOn(database);
    await write(late.ledger, flag("other"));
    await expect(write(here.ledger, flag("x"))).rejects.toMatchObject({ name: "StoreFault", kind: "regressed" });
    await settled();
    expect(flagsOf(here)).toEqual(["a", "b", "other"]);
    await write(here.ledger, flag("x"));
    expect(flagsOf(here)).toEqual(["a", "b", "other", "x"]);
  });

  it("tells listeners of every view as it is now", async () => {
    const { database, here } = await twoNodes();
    const told: unknown[] = [];
    here.ledger.subscribe(({ project, state, views }) => {
      told.push([project, state.revision, views.map((view) => [view.class, view.revision])]);
    });
    await database.putBack({ [SYSTEM_PROJECT]: 1, default: 2 });
    await database.look();
    const views = [
      ["server", 2],
      ["client", 0],
    ];
    expect(told).toContainEqual(["default", 2, views]);
  });

  it("is tried again where it cannot be read at first", async () => {
    const { database, here } = await twoNodes();
    await database.putBack({ [SYSTEM_PROJECT]: 1, default: 2 });
    const away = new Error("away");
    const load = MemoryStore.prototype.load;
    MemoryStore.prototype.load = async () => Promise.reject(away);
    try {
      await here.ledger.catchUp("default").catch(() => undefined);
      await settled();
    } finally {
      MemoryStore.prototype.load = load;
    }
    expect(here.troubles).toContain(away);
    expect(flagsOf(here), "the old state is shown until then").toEqual(["a", "b", "c"]);
    await database.look();
    expect(flagsOf(here)).toEqual(["a"]);
  });
});

describe("an SDK that is ahead of the log", () => {
  const ahead = (node: Node, revision: number, viewClass: "server" | "client" = "server", epoch = node.ledger.epoch) =>
    node.ledger.catchUpWith({ ...name, class: viewClass }, { epoch, revision }).then(settled);

  it("makes a new epoch with a server key, at most once a minute", async () => {
    const { here } = await twoNodes();
    await ahead(here, 5);
    const first = here.ledger.epoch;
    expect(first).not.toBe("e1");
    expect(here.renewals).toEqual([
      {
        before: "e1",
        epoch: first,
        made: true,
        reason: expect.stringContaining("revision 5 of the environment production"),
      },
    ]);
    here.advance(59_999);
    await ahead(here, 5);
    expect(here.ledger.epoch).toBe(first);
    here.advance(1);
    await ahead(here, 5);
    expect(here.ledger.epoch).not.toBe(first);
  });

  it.each<[string, (node: Node) => Promise<void>]>([
    ["a client key", (node) => ahead(node, 5, "client")],
    ["another epoch", (node) => ahead(node, 5, "server", "e0")],
    ["a revision that is there", (node) => ahead(node, 4)],
    [
      "an environment that is not there",
      (node) => node.ledger.catchUpWith({ ...name, environment: "x" }, { epoch: "e1", revision: 9 }),
    ],
  ])("makes none with %s", async (_, say) => {
    const { database, here } = await twoNodes();
    await say(here);
    await settled();
    expect(await database.epoch).toBe("e1");
    expect(here.renewals).toEqual([]);
  });

  it("reads the log to its end first: a node that lags makes none", async () => {
    const { database, here, there } = await twoNodes();
    await write(there.ledger, flag("d"));
    await ahead(here, 5);
    expect(await database.epoch).toBe("e1");
    expect(flagsOf(here)).toContain("d");
  });
});

it("keeps writing whole while a new epoch is made", async () => {
  const { database, here } = await twoNodes();
  const writing = ["d", "e", "f"].map((key) => write(here.ledger, flag(key)));
  await here.ledger.catchUpWith(name, { epoch: "e1", revision: 99 });
  await Promise.all(writing);
  await settled();
  expect(flagsOf(here)).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(here.ledger.epoch).toBe(await database.epoch);
  expect(here.ledger.state("default")?.revision).toBe(7);
});
