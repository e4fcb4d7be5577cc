import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Store } from "../port.ts";
import { describeStore } from "../store-contract.ts";
import { describeTampering, writeHistory } from "../testing/tampering.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();
const open = (file: string): Promise<Store> => openSqliteStore({ file, at: 1 });
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

/** A database with three changes of the project `default`, closed. */
async function written(): Promise<string> {
  const file = freshFile();
  await writeHistory(await open(file));
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
      message: expect.stringMatching(/^The database \S+ has schema 99, and this program knows up to 8\. [^\n]*$/),
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

describe("a history edited by hand (F44)", () => {
  describeTampering(async () => {
    const file = freshFile();
    return {
      open: () => open(file),
      edit: async (statements) => edit(file, `PRAGMA foreign_keys = OFF; ${statements}`),
    };
  });
});
