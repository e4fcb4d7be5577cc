import { copyFileSync, renameSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Item } from "../../state/documents.ts";
import { sample } from "../../state/sample-documents.ts";
import { SYSTEM_PROJECT } from "../port.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";
import { overwrite } from "./testing/overwrite.ts";

const freshFile = temporaryFiles();
const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
const FLAGS = Array.from({ length: 40 }, (_, index) => `flag-${index}`);

const open = async (file: string) => Ledger.open({ store: await openSqliteStore({ file, at: 1 }), reports, at: 1 });
const write = (ledger: Ledger, items: readonly Item[], project = "default") =>
  ledger.execute({ project, actor, at: 5 }, () => ({ ok: true, action: "test", items, result: undefined }));

/** A closed database with forty flags, each made by a change and switched by another. */
async function written(): Promise<string> {
  const file = freshFile();
  const ledger = await open(file);
  await write(ledger, [sample.project("default")], SYSTEM_PROJECT);
  await write(ledger, [sample.environment("production")]);
  for (const key of FLAGS) await write(ledger, [sample.flag(key), sample.targeting(key)]);
  for (const key of FLAGS) await write(ledger, [sample.targeting(key, { enabled: false })]);
  await ledger.close();
  return file;
}

function copyOf(file: string): string {
  copyFileSync(file, `${file}.copy`);
  return `${file}.copy`;
}

describe("a database with damaged pages (F52)", () => {
  it.each([
    ["an index", ["changes_actor_name"]],
    ["the newest documents", ["documents"]],
    ["the newest documents and their states before", ["documents", "change_items", "sqlite_autoindex_change_items_1"]],
    ["the log", ["changes"]],
    ["the versions of views", ["view_entities"]],
  ])("is served as far as it can be read, and written no more: %s", async (_, names) => {
    const file = await written();
    overwrite(file, ...names);
    const ledger = await open(file);
    const damage = await ledger.inspect();
    expect(damage).toMatchObject({ kind: "corrupt", message: expect.stringContaining("bannerol server restore") });
    const view = ledger.view("default", "production", "server");
    expect(Object.keys(view?.ruleset().flags ?? {}).sort()).toEqual([...FLAGS].sort());
    expect(view?.ruleset().flags).toMatchObject({ "flag-7": { enabled: false, version: 49 } });
    expect(view?.revision).toBe(81);
    await expect(write(ledger, [sample.flag("new")])).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
    expect(ledger.state("default")?.revision).toBe(81);
    await ledger.close();
  });

  it("is noticed while it is written, too", async () => {
    const file = await written();
    const ledger = await open(file);
    expect(await ledger.inspect()).toBeUndefined();
    await ledger.close();
    overwrite(file, "changes_actor_id");
    const later = await open(file);
    await expect(write(later, [sample.flag("new")])).rejects.toMatchObject({ kind: "corrupt" });
    await expect(write(later, [sample.flag("new")])).rejects.toThrow("bannerol server restore");
    await later.close();
  });

  it.each([
    ["removed", (file: string) => rmSync(file)],
    ["replaced", (file: string) => renameSync(copyOf(file), file)],
    ["without its log", (file: string) => rmSync(`${file}-wal`)],
  ])("whose file is %s under the server takes no change, and is served on", async (_, spoil) => {
    const file = await written();
    const ledger = await open(file);
    await write(ledger, [sample.flag("new")]);
    spoil(file);
    const refused = write(ledger, [sample.flag("newer")]);
    await expect(refused).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
    await expect(refused).rejects.toThrow("was removed or replaced under the server");
    expect(ledger.state("default")?.flags.has("new")).toBe(true);
    expect(await ledger.changes("default", { limit: 1 })).toHaveLength(1);
    await ledger.close();
  });

  it("is found sound where nothing is wrong, beside whoever writes", async () => {
    const ledger = await open(await written());
    const looking = ledger.inspect();
    await write(ledger, [sample.flag("new")]);
    expect(await looking).toBeUndefined();
    await write(ledger, [sample.flag("newer")]);
    await ledger.close();
  });
});
