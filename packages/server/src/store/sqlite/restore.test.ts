import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sample } from "../../state/sample-documents.ts";
import { type Store, SYSTEM_PROJECT } from "../port.ts";
import { backUpDatabase } from "./backup.ts";
import { restoreDatabase } from "./restore.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();
const AT = Date.parse("2026-01-31T12:00:00Z");

async function write(store: Store, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const expectedRevision = await store.revision("default");
    const items = [sample.flag(key)];
    const actor = { type: "token", id: "t", name: "ada" } as const;
    const work = {
      project: "default",
      expectedRevision,
      at: 5,
      actor,
      action: "test",
      items,
      views: [],
      viewFormat: 1,
    };
    await store.commit(work);
  }
}

/** A database with these flags, still open. */
async function begun(file: string, ...keys: readonly string[]): Promise<Store> {
  const store = await openSqliteStore({ file, at: 1 });
  for (const project of [SYSTEM_PROJECT, "default"]) await store.addProject(project);
  await write(store, ...keys);
  return store;
}

const flagsOf = async (store: Store) => (await store.load("default")).documents.map(({ key }) => key);
const besides = (file: string) => readdirSync(dirname(file)).filter((name) => !name.startsWith("bannerol.db"));

describe("a backup", () => {
  it("is made while the database is written, holds what was there, and is for its owner's eyes", async () => {
    const file = freshFile();
    const store = await begun(file, "a", "b");
    const copy = join(dirname(file), "copy");
    expect(backUpDatabase({ database: file, file: copy })).toBe(statSync(copy).size);
    await write(store, "c");
    await store.close();
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(besides(file)).toEqual(["copy"]);
    const opened = await openSqliteStore({ file: copy, at: 1 });
    expect(await flagsOf(opened)).toEqual(["a", "b"]);
    await opened.close();
  });

  it("overwrites nothing, and leaves nothing where it fails", async () => {
    const file = freshFile();
    await (await begun(file, "a")).close();
    const copy = join(dirname(file), "copy");
    writeFileSync(copy, "an earlier one");
    expect(() => backUpDatabase({ database: file, file: copy })).toThrow(`${copy} is there already`);
    expect(readFileSync(copy, "utf8")).toBe("an earlier one");
    expect(() => backUpDatabase({ database: `${file}-none`, file: `${copy}2` })).toThrow("cannot be opened");
    expect(() => backUpDatabase({ database: file, file: join(copy, "x", "y") })).toThrow();
    expect(besides(file)).toEqual(["copy"]);
  });
});

describe("a restore", () => {
  const prepared = async () => {
    const file = freshFile();
    const store = await begun(file, "a", "b");
    const copy = join(dirname(file), "copy");
    backUpDatabase({ database: file, file: copy });
    await write(store, "c", "d");
    return { file, copy, store };
  };

  it("brings back the backup under a new epoch that its history tells of, and keeps what was there", async () => {
    const { file, copy, store } = await prepared();
    const { epoch } = store;
    await store.close();
    const restored = await restoreDatabase({ database: file, file: copy, at: AT });
    const opened = await openSqliteStore({ file, at: 1 });
    expect(await flagsOf(opened)).toEqual(["a", "b"]);
    expect(opened.epoch).toBe(restored.epoch);
    expect(opened.epoch).not.toBe(epoch);
    expect([...restored.projects]).toEqual([["default", 2]]);
    const [told] = await opened.changes(SYSTEM_PROJECT, { limit: 1 });
    expect(told?.change).toMatchObject({
      action: "installation.restore",
      at: AT,
      comment: expect.stringContaining(epoch),
    });
    expect(await opened.verify(SYSTEM_PROJECT)).toMatchObject({ ok: true });
    await opened.close();
    const before = await openSqliteStore({ file: restored.aside ?? "", at: 1 });
    expect(await flagsOf(before)).toEqual(["a", "b", "c", "d"]);
    await before.close();
    expect(existsSync(`${file}.restoring`)).toBe(false);
    const again = await restoreDatabase({ database: file, file: copy, at: AT + 1_000 });
    expect(again.epoch).not.toBe(restored.epoch);
  });

  it("makes the database where there is none", async () => {
    const { copy, store } = await prepared();
    await store.close();
    const elsewhere = join(dirname(freshFile()), "new", "bannerol.db");
    expect((await restoreDatabase({ database: elsewhere, file: copy, at: AT })).aside).toBeUndefined();
    expect(readdirSync(dirname(elsewhere))).toEqual(["bannerol.db"]);
  });

  it("leaves no log of the old database beside the new one, as after a kill", async () => {
    const { file, copy, store } = await prepared();
    const killed = freshFile();
    for (const suffix of ["", "-wal"]) copyFileSync(`${file}${suffix}`, `${killed}${suffix}`);
    await store.close();
    const { aside = "" } = await restoreDatabase({ database: killed, file: copy, at: AT });
    expect(existsSync(`${killed}-wal`)).toBe(false);
    const opened = await openSqliteStore({ file: killed, at: 1 });
    expect(await flagsOf(opened)).toEqual(["a", "b"]);
    await opened.close();
    const before = await openSqliteStore({ file: aside, at: 1 });
    expect(await flagsOf(before)).toEqual(["a", "b", "c", "d"]);
    await before.close();
  });

  describe("is refused, and changes nothing", () => {
    const refused = async (spoil: (paths: { file: string; copy: string }) => void, said: string) => {
      const { file, copy, store } = await prepared();
      await store.close();
      spoil({ file, copy });
      const listed = readdirSync(dirname(file)).sort();
      const bytes = readFileSync(file);
      await expect(restoreDatabase({ database: file, file: copy, at: AT })).rejects.toThrow(said);
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(readdirSync(dirname(file)).sort()).toEqual(listed);
    };
    const edit = (file: string, sql: string) => {
      const database = new Database(file);
      database.exec(sql);
      database.close();
    };

    it.each<[string, (copy: string) => void, string]>([
      ["that is no database", (copy) => writeFileSync(copy, "x".repeat(5_000)), "is no database"],
      [
        "that is another program's",
        (copy) => {
          writeFileSync(copy, "");
          edit(copy, "CREATE TABLE t (x)");
        },
        "none of Bannerol",
      ],
      ["that was cut", (copy) => writeFileSync(copy, readFileSync(copy).subarray(0, 20_000)), "damaged"],
      [
        "whose history was altered",
        (copy) => edit(copy, "UPDATE changes SET text = text || ' ' WHERE revision = 2"),
        "revision 2",
      ],
      ["whose documents were altered", (copy) => edit(copy, "DELETE FROM documents"), "not sound"],
      [
        "with rows that refer to nothing",
        (copy) => edit(copy, "PRAGMA foreign_keys = OFF; DELETE FROM changes"),
        "refer to nothing",
      ],
      [
        "that a newer program made",
        (copy) => edit(copy, "UPDATE migrations SET version = 99 WHERE version = 1"),
        "schema 99",
      ],
      ["with changes beside it", (copy) => writeFileSync(`${copy}-wal`, "x"), "no backup"],
    ])("of a file %s", async (_, spoil, said) => {
      await refused(({ copy }) => spoil(copy), said);
    });

    it("of the database itself, or of nothing", async () => {
      const { file, store } = await prepared();
      await store.close();
      await expect(restoreDatabase({ database: file, file, at: AT })).rejects.toThrow("the database itself");
      await expect(restoreDatabase({ database: file, file: `${file}.x`, at: AT })).rejects.toThrow("There is no file");
    });

    it("into what is a folder, in words for whoever runs it", async () => {
      const { file, copy, store } = await prepared();
      await store.close();
      const refused = restoreDatabase({ database: dirname(file), file: copy, at: AT });
      await expect(refused).rejects.toMatchObject({ name: "StoreFault", message: expect.stringContaining("a folder") });
    });

    it("while a server uses the database", async () => {
      const { file, copy, store } = await prepared();
      await expect(restoreDatabase({ database: file, file: copy, at: AT })).rejects.toThrow("in use by process");
      await write(store, "e");
      expect(await flagsOf(store)).toEqual(["a", "b", "c", "d", "e"]);
      await store.close();
    });
  });
});
