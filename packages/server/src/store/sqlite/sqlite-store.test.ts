import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Item } from "../../state/documents.ts";
import { removed, sample } from "../../state/sample-documents.ts";
import { type Store, SYSTEM_PROJECT } from "../port.ts";
import { describeStore } from "../store-contract.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();
const open = (file: string): Promise<Store> => openSqliteStore({ file, at: 1 });
const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

async function write(ledger: Ledger, items: readonly Item[], project = "default"): Promise<void> {
  await ledger.execute({ project, actor, at: 5 }, () => ({ ok: true, action: "test.write", items, result: undefined }));
}

/** A database with three changes of the project `default`, closed. */
async function written(): Promise<string> {
  const file = freshFile();
  const ledger = await Ledger.open({ store: await open(file), reports, at: 1 });
  await write(ledger, [sample.project("default")], SYSTEM_PROJECT);
  await write(ledger, [sample.environment("production"), sample.flag("a"), sample.targeting("a")]);
  await write(ledger, [sample.segment("s"), sample.flag("b"), sample.targeting("b")]);
  await write(ledger, [sample.targeting("a", { enabled: false }), removed(sample.targeting("b"))]);
  await ledger.close();
  return file;
}

/** Edits a closed database by hand. */
function edit(file: string, statements: string): void {
  const database = new Database(file);
  database.exec(statements);
  database.close();
}

describe("the SQLite store", () => {
  describeStore(() => open(freshFile()));

  it("keeps its epoch and everything else over a restart", async () => {
    const file = await written();
    const first = await open(file);
    const before = await first.load("default");
    await first.close();
    const second = await open(file);
    expect(second.epoch).toBe(first.epoch);
    expect(await second.load("default")).toEqual(before);
    await second.close();
  });

  it("gives each database an epoch of its own", async () => {
    const stores = [await open(freshFile()), await open(freshFile())];
    expect(stores[0]?.epoch).not.toBe(stores[1]?.epoch);
    for (const store of stores) await store.close();
  });

  it("serves the same views after a restart, tombstones included", async () => {
    const file = await written();
    const ledger = await Ledger.open({ store: await open(file), reports, at: 9 });
    const view = ledger.view("default", "production", "server");
    expect(view?.ruleset()).toMatchObject({ revision: 3, flags: { a: { version: 3, enabled: false } } });
    expect(view?.deltaSince(2)).toMatchObject({ from: 2, to: 3, flags: { a: { version: 3 }, b: null }, segments: {} });
    await ledger.close();
  });

  it("makes folder and file for their owner alone, and leaves nothing beside the database when closed", async () => {
    const file = join(dirname(freshFile()), "deep", "down", "bannerol.db");
    const store = await open(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    await store.close();
    expect([`${file}.lock`, `${file}-wal`, `${file}-shm`].filter((beside) => existsSync(beside))).toEqual([]);
  });

  it("lets one process in at a time, and the next when it has closed", async () => {
    const file = freshFile();
    const first = await open(file);
    await expect(open(file)).rejects.toThrow(`is in use by process ${process.pid}`);
    await first.close();
    await (await open(file)).close();
  });

  it("says of a file that is no database what it is, and lets go of the lock", async () => {
    const file = freshFile();
    writeFileSync(file, "# flags\n".repeat(200));
    await expect(open(file)).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it("stops with one line at a schema that is newer than the program (F53)", async () => {
    const file = await written();
    edit(file, "INSERT INTO migrations VALUES (99, 'future', 1)");
    await expect(open(file)).rejects.toMatchObject({
      name: "SchemaTooNew",
      message: expect.stringMatching(/^The database \S+ has schema 99, and this program knows up to 1\. [^\n]*$/),
    });
  });

  it("serves all else where one document was damaged by hand (F27)", async () => {
    const file = await written();
    edit(file, "UPDATE documents SET document = '{' WHERE kind = 'targeting'");
    const told: unknown[] = [];
    const store = await open(file);
    const unreadable = (_: string, document: unknown): unknown => told.push(document);
    const ledger = await Ledger.open({ store, reports: { ...reports, unreadable }, at: 9 });
    expect(ledger.view("default", "production", "server")?.ruleset()).toMatchObject({
      flags: { a: { version: 3 } },
      segments: { s: { version: 2, included: [] } },
    });
    expect(told).toEqual([expect.objectContaining({ kind: "targeting", key: "a", reason: "it is no JSON" })]);
    await ledger.close();
  });

  it("reports a flag that can be read but not evaluated", async () => {
    const file = await written();
    edit(file, `UPDATE documents SET document = replace(document, '"off":"off"', '"off":"gone"')`);
    const told: unknown[] = [];
    const store = await open(file);
    const unreadable = (_: string, document: unknown): unknown => told.push(document);
    await (await Ledger.open({ store, reports: { ...reports, unreadable }, at: 9 })).close();
    expect(told).toEqual([
      expect.objectContaining({ kind: "targeting", key: "a", reason: expect.stringContaining("off") }),
    ]);
  });
});

const tampering: readonly (readonly [what: string, sql: string, revision: number, reason: string])[] = [
  ["a record's text", `UPDATE changes SET text = replace(text, 'ada', 'eve') WHERE revision = 2`, 2, "hash"],
  ["a record's hash", `UPDATE changes SET hash = 'x' WHERE revision = 2`, 2, "hash"],
  ["a record's actor", `UPDATE changes SET actor_name = 'eve' WHERE revision = 2`, 2, "columns"],
  ["a record's instant", `UPDATE changes SET at = 4 WHERE revision = 3`, 3, "columns"],
  ["a record's action", `UPDATE changes SET action = 'x' WHERE revision = 1`, 1, "columns"],
  ["an item", `UPDATE change_items SET after = '{}' WHERE key = 'b' AND revision = 2 AND kind = 'flag'`, 2, "items"],
  ["an item taken away", `DELETE FROM change_items WHERE key = 'b' AND revision = 3`, 3, "items"],
  ["a document", `UPDATE documents SET document = '{}' WHERE kind = 'segment'`, 2, "segment s"],
  ["a document taken away", `DELETE FROM documents WHERE kind = 'targeting'`, 3, "targeting a of production"],
  [
    "a removed document put back",
    `INSERT INTO documents SELECT project, kind, key, environment, revision, after FROM change_items WHERE kind = 'targeting' AND key = 'b' AND revision = 2`,
    2,
    "targeting b",
  ],
  ["a change taken away", `DELETE FROM changes WHERE revision = 2`, 2, "missing"],
  ["a tail cut off", `DELETE FROM changes WHERE revision = 3`, 3, "missing"],
  ["a head", `UPDATE projects SET head = 'x'`, 3, "head"],
];

describe("a history edited by hand (F44)", () => {
  it.each(tampering)("is found out: %s", async (_, sql, revision, reason) => {
    const file = await written();
    edit(
      file,
      `PRAGMA foreign_keys = OFF; ${sql.includes("UPDATE projects") ? sql : `${sql} AND project = 'default'`}`,
    );
    const store = await open(file);
    expect(await store.verify("default")).toEqual({ ok: false, revision, reason: expect.stringContaining(reason) });
    await store.close();
  });

  it("is listed all the same, and followed only up to there", async () => {
    const file = await written();
    edit(file, "UPDATE changes SET text = '{' WHERE revision = 2 AND project = 'default'");
    const store = await open(file);
    const listed = await store.changes("default", { limit: 9 });
    expect(listed.map(({ change }) => [change.revision, change.actor.name])).toEqual([3, 2, 1].map((r) => [r, "ada"]));
    expect(listed[1]?.change.items).toEqual([]);
    await expect(store.follow("default", 0, 9)).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
    await store.close();
  });
});
