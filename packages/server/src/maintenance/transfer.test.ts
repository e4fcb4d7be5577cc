import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import SqliteFile from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { Config } from "../config.ts";
import { Ledger } from "../log/ledger.ts";
import type { Item } from "../state/documents.ts";
import { removed, sample } from "../state/sample-documents.ts";
import { keysAt } from "../store/list-history.ts";
import { type ListWork, ROWS_AT_ONCE } from "../store/list-store.ts";
import { staged } from "../store/lists-contract.ts";
import { openStore } from "../store/open-store.ts";
import { type Store, SYSTEM_PROJECT, type UnitOfWork } from "../store/port.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { describePostgres } from "../store/postgres/testing/database.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { temporaryFiles } from "../store/sqlite/temporary-folder.ts";
import { overwrite } from "../store/sqlite/testing/overwrite.ts";
import { EXPORT_VERSION } from "./export-format.ts";
import { linesOf } from "./lines.ts";
import { exportDatabase, exportToFile, importDatabase } from "./transfer.ts";

const ZEROS = "0".repeat(64);
const AT = Date.parse("2026-01-31T12:00:00Z");
const freshFile = temporaryFiles();
const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

type Database = Config["database"];
const sqlite = (path = freshFile()): Database => ({ kind: "sqlite", path });

const token = (id: string): Item => {
  const after = { id, name: "ci", role: "viewer", createdAt: 1 } as const;
  return { kind: "token", key: id, environment: "", after };
};

interface Write extends Partial<Pick<UnitOfWork, "credentials" | "comment">> {
  readonly project?: string;
  /** Of what might have touched some, and did not. */
  readonly lists?: [];
}

/** An installation with all that can be in one: two projects, keys, tokens, removals, tombstones, odd text. */
async function fill(database: Database): Promise<void> {
  const ledger = await Ledger.open({ store: await openStore(database, 1), reports, at: 1 });
  let at = 1;
  const write = (items: readonly Item[], more: Write = {}) => {
    at += 1_000;
    const { project = "default", credentials = [], comment, ...told } = more;
    const request = { project, actor, at, ...(comment === undefined ? {} : { comment }) };
    const decided = { ok: true, action: "test.write", items, credentials, result: undefined, ...told } as const;
    return ledger.execute(request, () => decided);
  };
  const digest = (id: string, project = "default") => [
    { id, project, digest: id.padEnd(64, "0").replace(/[^0-9a-f]/g, "a") },
  ];
  await write([sample.project("default"), sample.project("other")], { project: SYSTEM_PROJECT });
  await write([token("token1")], { project: SYSTEM_PROJECT, credentials: digest("token1", SYSTEM_PROJECT) });
  await write([sample.environment("production"), sample.environment("staging")]);
  await write([sample.key("key1")], { credentials: digest("key1") });
  for (const key of ["a", "b", "constructor"]) {
    await write([sample.flag(key, { clientSide: true }), sample.targeting(key), sample.targeting(key, {}, "staging")]);
  }
  await write([sample.segment("s", { included: ["\u2028", 'quote"', "naïve", "\ud83d\ude00", "\ud800"] })], {
    comment: "line\nbreak \u0000 and \\ more",
  });
  await write([sample.targeting("a", { enabled: false })], { lists: [] });
  await write([removed(sample.targeting("b"))]);
  await write([removed(sample.segment("s"))]);
  await write([sample.flag("lonely")], { project: "other" });
  await ledger.close();
}

/** A list too long for a document, made and then changed: more keys than stand on one line. */
async function fillList(database: Database): Promise<void> {
  const store = await openStore(database, 1);
  const keys = Array.from({ length: ROWS_AT_ONCE + 7 }, (_, index) => ({ key: `user-${index}`, added: true }));
  const first = await staged(store, "list1", keys.slice(0, ROWS_AT_ONCE));
  const commit = async (list: ListWork): Promise<void> => {
    const expectedRevision = await store.revision("other");
    const items = [sample.segment("long", { description: `${expectedRevision}` })];
    const work = { project: "other", expectedRevision, at: 9_999_999, actor, action: "test", items, views: [] };
    expect(await store.commit({ ...work, viewFormat: 1, lists: [list] })).toMatchObject({ ok: true });
  };
  await commit(first);
  const odd = { key: '-+"\u2028', added: true };
  await commit(await staged(store, "list1", [odd, { key: "user-1", added: false }], first.difference));
  await store.close();
}

interface Picture {
  readonly projects: ReadonlyMap<string, unknown>;
  readonly digests: readonly unknown[];
}

/** All that a database holds of an installation but its epoch; without what imports wrote. */
async function pictureOf(store: Store, imports = 0): Promise<Picture> {
  const projects = new Map<string, unknown>();
  for (const project of await store.projects()) {
    const { revision } = await store.load(project);
    const end = project === SYSTEM_PROJECT ? revision - imports : revision;
    const { changes } = await store.follow(project, 0, end);
    const past = await Promise.all(changes.map(({ revision: at }) => store.documentsAt(project, at)));
    const { entities, viewFormat } = await store.load(project);
    const lists: unknown[] = [];
    for (const list of await store.lists.of(project)) {
      for (const { revision: version } of list.changes) {
        const keys: string[] = [];
        for await (const page of keysAt(store.lists, list, { revision: version })) keys.push(...page);
        lists.push([list.id, list.secret, version, keys.sort()]);
      }
    }
    const order = (rows: readonly object[]) => rows.map((row) => JSON.stringify(sorted(row))).sort();
    projects.set(project, { changes, past: past.map(order), entities: order(entities), viewFormat, lists });
    expect(await store.verify(project)).toMatchObject({ ok: true, checked: revision });
  }
  const digests = await store.digests();
  return { projects, digests: [...digests].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function sorted(row: object): object {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function textOf(database: Database): Promise<string> {
  const parts: string[] = [];
  await exportDatabase(database, async (text) => void parts.push(text));
  return parts.join("");
}

async function* bytesOf(text: string | Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function seen<T>(database: Database, look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(database, 1);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

async function move(from: Database, to: Database): Promise<void> {
  const imported = await importDatabase(to, bytesOf(await textOf(from)), AT);
  expect(imported.epoch).toBe(await seen(to, async ({ epoch }) => epoch));
}

describe("an export", () => {
  it("brings everything into a new database, under a new epoch that its history tells of", async () => {
    const [from, to] = [sqlite(), sqlite()];
    await fill(from);
    await fillList(from);
    const text = await textOf(from);
    const imported = await importDatabase(to, bytesOf(text, 7), AT);
    const before = await seen(from, (store) => pictureOf(store));
    expect(await seen(to, (store) => pictureOf(store, 1))).toEqual(before);
    expect([...imported.projects]).toEqual([
      [SYSTEM_PROJECT, 2],
      ["default", 9],
      ["other", 3],
    ]);
    const epoch = await seen(from, async (store) => store.epoch);
    expect(imported.epoch).not.toBe(epoch);
    const [told] = await seen(to, (store) => store.changes(SYSTEM_PROJECT, { limit: 1 }));
    expect(told?.change).toMatchObject({
      action: "installation.import",
      at: AT,
      comment: expect.stringContaining(epoch),
    });
  });

  it("is the same whoever made the database, but for its epoch and what imports wrote", async () => {
    const [from, to] = [sqlite(), sqlite()];
    await fill(from);
    await move(from, to);
    const defaultLines = (text: string) => text.split("\n").filter((line) => line.startsWith('{"project":"default"'));
    expect(defaultLines(await textOf(to))).toEqual(defaultLines(await textOf(from)));
  });

  it("is made beside whoever writes, and holds one moment", async () => {
    const from = sqlite();
    await fill(from);
    const store = await openStore(from, 1);
    const ledger = await Ledger.open({ store, reports, at: 1 });
    const parts: string[] = [];
    await exportDatabase(from, async (text) => {
      await ledger.execute({ project: "default", actor, at: AT }, () => {
        return { ok: true, action: "x", items: [sample.flag(`during${parts.length}`)], result: undefined };
      });
      parts.push(text);
    });
    await ledger.close();
    const to = sqlite();
    const { projects } = await importDatabase(to, bytesOf(parts.join("")), AT);
    expect(projects.get("default")).toBe(9);
    expect(await seen(from, (each) => each.revision("default"))).toBeGreaterThan(9);
  });

  it("goes into a new file for its owner's eyes, whole or not at all", async () => {
    const from = sqlite();
    await fill(from);
    const file = join(dirname(freshFile()), "export.jsonl");
    const { bytes } = await exportToFile(from, file);
    expect(readFileSync(file, "utf8")).toBe(await textOf(from));
    expect(readFileSync(file).length).toBe(bytes);
    await expect(exportToFile(from, file)).rejects.toThrow("is there already");
    await expect(exportToFile(sqlite(), `${file}2`)).rejects.toThrow("There is no database");
    expect(() => readFileSync(`${file}2`)).toThrow();
    expect(() => readFileSync(`${file}2.partial`)).toThrow();
  });

  it("saves what a damaged database has left: its log, from which all else comes again", async () => {
    const from = sqlite();
    await fill(from);
    const flags = async (database: Database) => {
      const ledger = await Ledger.open({ store: await openStore(database, 1), reports, at: AT });
      const view = ledger.view("default", "production", "server");
      await ledger.close();
      return Object.keys(view?.ruleset().flags ?? {}).sort();
    };
    const before = await flags(from);
    overwrite(from.kind === "sqlite" ? from.path : "", "documents", "view_entities");
    const to = sqlite();
    await move(from, to);
    expect(await flags(to)).toEqual(before);
    expect(await seen(to, (store) => store.verify("default"))).toMatchObject({ ok: true });
  });

  it("is refused of a history that is not sound", async () => {
    const from = sqlite();
    await fill(from);
    if (from.kind === "sqlite")
      edit(from.path, "UPDATE changes SET text = replace(text, 'ada', 'eve') WHERE revision = 3");
    await expect(textOf(from)).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
  });
});

function edit(file: string, statements: string): void {
  const database = new SqliteFile(file);
  database.exec(statements);
  database.close();
}

describe("an import is refused, and changes nothing,", () => {
  const exported = (async () => {
    const from = sqlite();
    await fill(from);
    return textOf(from);
  })();
  const lines = async (): Promise<string[]> => (await exported).split("\n");
  const refused = async (text: string | Uint8Array, said: string | RegExp): Promise<void> => {
    const file = freshFile();
    await expect(importDatabase(sqlite(file), bytesOf(text), AT)).rejects.toThrow(said);
    expect(() => readFileSync(file)).toThrow("ENOENT");
    expect(() => readFileSync(`${file}.importing`)).toThrow("ENOENT");
  };
  const with_ = async (alter: (lines: string[]) => void): Promise<string> => {
    const altered = await lines();
    alter(altered);
    return altered.join("\n");
  };

  it.each<[string, (all: string[]) => void, RegExp]>([
    ["without its end", (all) => all.splice(-2), /cut off: its end is missing/],
    ["cut in the middle", (all) => all.splice(5), /Line 6 .* change 3 of project default is missing/],
    ["without a change", (all) => all.splice(5, 1), /Line 6 .*is change 4 of project default, and change 3/],
    ["with a change twice", (all) => all.splice(5, 0, all[5] ?? ""), /Line 7 .*is change 3 /],
    ["with a text altered", (all) => alter(all, 4, /ada/, "eve"), /Line 5 .*change 2 of project default.*altered/],
    ["with a hash altered", (all) => alter(all, 4, /"hash":"\w+/, `"hash":"${ZEROS}`), /Line 5 /],
    ["with a digest altered", (all) => alter(all, 4, /"digest":"\w+/, `"digest":"${ZEROS}`), /Line 14 .*checksum/],
    [
      "with a digest for a key that was not made there",
      (all) => alter(all, 5, /\}$/, `,"digests":[{"id":"x","digest":"${ZEROS}"}]}`),
      /Line 6 .*digest of x/,
    ],
    ["with a head altered", (all) => alter(all, 0, /"head":"\w+/, `"head":"${ZEROS}`), /Line 3 .*head/],
    ["with more behind its end", (all) => all.splice(-1, 1, all[1] ?? "", ""), /Line 15 .*ended/],
    ["with a line of nonsense", (all) => all.splice(3, 0, "{}"), /Line 4 .*no change/],
    [
      "of a newer format",
      (all) => alter(all, 0, /"version":\d+/, `"version":${EXPORT_VERSION + 1}`),
      new RegExp(`Line 1 .*format is ${EXPORT_VERSION + 1}`),
    ],
    ["of another program", (all) => all.splice(0, all.length, "{}"), /Line 1 .*no export/],
    ["that begins elsewhere", (all) => alter(all, 0, /_system/, "system"), /Line 1 .*_system/],
  ])("of a file %s", async (_, spoil, said) => {
    await refused(await with_(spoil), said);
  });

  it("of nothing, of bytes that are no text, and of a line without end", async () => {
    await refused("", /Line 1 .*empty/);
    await refused(Buffer.from([0x7b, 0xff, 0x0a]), /Line 1 .*UTF-8/);
    const endless = linesOf(bytesOf("x".repeat(2_000)), 1_500);
    await expect(endless.next()).rejects.toThrow("Line 1 of the export cannot be taken: it has more than 1500 bytes");
  });

  it("of a file that breaks off at any byte", async () => {
    const text = Buffer.from(await exported);
    for (let cut = 0; cut < text.length - 1; cut += 397)
      await refused(text.subarray(0, cut), /^Line \d+ of the export/);
  });

  it("into a database that holds a history, or is used", async () => {
    const filled = sqlite();
    await fill(filled);
    const text = await exported;
    const before = await seen(filled, (store) => pictureOf(store));
    await expect(importDatabase(filled, bytesOf(text), AT)).rejects.toThrow("holds a history already");
    expect(await seen(filled, (store) => pictureOf(store))).toEqual(before);
    const used = freshFile();
    const store = await openSqliteStore({ file: used, at: 1 });
    await expect(importDatabase(sqlite(used), bytesOf(text), AT)).rejects.toThrow("in use by process");
    await store.close();
    const other = freshFile();
    edit(other, "CREATE TABLE t (x)");
    await expect(importDatabase(sqlite(other), bytesOf(text), AT)).rejects.toThrow("another program's");
    writeFileSync(other, "x".repeat(5_000));
    await expect(importDatabase(sqlite(other), bytesOf(text), AT)).rejects.toThrow("no database");
  });

  it("but not into one that is there and empty", async () => {
    const file = freshFile();
    await (await openSqliteStore({ file, at: 1 })).close();
    await importDatabase(sqlite(file), bytesOf(await exported), AT);
    expect(await seen(sqlite(file), (store) => store.revision("default"))).toBe(9);
  });
});

describe("an export of long lists", () => {
  const spoilt = async (spoil: (text: string) => string): Promise<() => Promise<unknown>> => {
    const from = sqlite();
    await fill(from);
    await fillList(from);
    const text = await textOf(from);
    const altered = spoil(text);
    expect(altered).not.toBe(text);
    return () => importDatabase(sqlite(), bytesOf(altered), AT);
  };

  it.each<[string, (text: string) => string, RegExp]>([
    [
      "a key altered",
      (text) => text.replace("+user-7", "+user-x"),
      /keys of the list list1 are not those of its record/,
    ],
    ["a key left out", (text) => text.replace('"+user-7",', ""), /keys of the list list1 are not those/],
    ["a key that comes instead of going", (text) => text.replace('"-user-1"', '"+user-1"'), /keys of the list list1/],
    ["all keys left out", (text) => text.replace(/\{"list":"list1".*\n/, ""), /keys of the list list1/],
    ["no secret", (text) => text.replace(/,"lists":\[\{"id".*?\}\]/, ""), /list1 has no secret/],
    [
      "keys of a list that nobody made",
      (text) => text.replace(/\n/, '\n{"list":"x","keys":["+a"]}\n'),
      /keys of the list x/,
    ],
  ])("is refused with %s", async (_, spoil, said) => {
    await expect((await spoilt(spoil))()).rejects.toThrow(said);
  });
});

function alter(all: string[], at: number, from: RegExp, to: string): void {
  const line = all[at] ?? "";
  all[at] = line.replace(from, to);
  expect(all[at]).not.toBe(line);
}

await describePostgres("an export between databases", ({ url, freshSchema, sql }) => {
  const postgres = async (): Promise<Database> => {
    const address = new URL(url);
    address.searchParams.set("search_path", await freshSchema());
    return { kind: "postgres", url: address.href };
  };
  const leftovers = async () => sql`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bannerol_import_%'`;

  it("moves from SQLite to PostgreSQL and back: same heads, same states at every revision, same versions", async () => {
    const [first, second, third] = [sqlite(), await postgres(), sqlite()];
    await fill(first);
    await fillList(first);
    await move(first, second);
    await move(second, third);
    const before = await seen(first, (store) => pictureOf(store));
    expect(await seen(second, (store) => pictureOf(store, 1))).toEqual(before);
    expect(await seen(third, (store) => pictureOf(store, 2))).toEqual(before);
    expect(await leftovers()).toEqual([]);
  });

  it("leaves a database that can be written as before, over several connections and with notifications", async () => {
    const [from, to] = [sqlite(), await postgres()];
    await fill(from);
    await move(from, to);
    await seen(to, async (store) => {
      const ledger = await Ledger.open({ store, reports, at: AT });
      const done = await ledger.execute({ project: "default", actor, at: AT }, () => {
        return { ok: true, action: "x", items: [sample.flag("after")], result: undefined };
      });
      expect(done).toMatchObject({ ok: true, revision: 10 });
      expect(await store.verify("default")).toMatchObject({ ok: true, checked: 10 });
    });
  });

  it("is refused by a database that holds a history, and by one that somebody fills meanwhile", async () => {
    const [from, to] = [sqlite(), await postgres()];
    await fill(from);
    const text = await textOf(from);
    const [schema] = [new URL(to.kind === "postgres" ? to.url : "").searchParams.get("search_path") ?? ""];
    const faster = async function* (): AsyncGenerator<Uint8Array> {
      yield* bytesOf(text);
      const store = await openPostgresStore({ url, schema, at: 1 });
      await store.addProject("x");
      await store.commit({
        project: "x",
        expectedRevision: 0,
        at: 1,
        actor,
        action: "x",
        items: [],
        views: [],
        viewFormat: 1,
      });
      await store.close();
    };
    await expect(importDatabase(to, faster(), AT)).rejects.toThrow("meanwhile");
    expect(await seen(to, (store) => store.projects())).toEqual(["x"]);
    await expect(importDatabase(to, bytesOf(text), AT)).rejects.toThrow("holds a history already");
    expect(await leftovers()).toEqual([]);
  });

  it("changes nothing where the file is no good", async () => {
    const to = await postgres();
    await expect(importDatabase(to, bytesOf("{}\n"), AT)).rejects.toThrow("Line 1");
    expect(await leftovers()).toEqual([]);
    await expect(seen(to, (store) => store.projects())).resolves.toEqual([]);
  });
});
