/** What somebody with access to the tables can do to a history, and how each store finds it out. */
import { expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import { VIEW_FORMAT } from "../../log/projection/project.ts";
import type { Item } from "../../state/documents.ts";
import { removed, sample } from "../../state/sample-documents.ts";
import { staged } from "../lists-contract.ts";
import { type Store, SYSTEM_PROJECT } from "../port.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

async function write(ledger: Ledger, items: readonly Item[], project = "default"): Promise<void> {
  await ledger.execute({ project, actor, at: 5 }, () => ({ ok: true, action: "test.write", items, result: undefined }));
}

/** Makes four changes of the project `default`, and closes the store. */
export async function writeHistory(store: Store): Promise<void> {
  const ledger = await Ledger.open({ store, reports, at: 1 });
  await write(ledger, [sample.project("default")], SYSTEM_PROJECT);
  await write(ledger, [sample.environment("production"), sample.flag("a"), sample.targeting("a")]);
  await write(ledger, [sample.segment("s"), sample.flag("b"), sample.targeting("b")]);
  await write(ledger, [sample.targeting("a", { enabled: false }), removed(sample.targeting("b"))]);
  await writeList(store);
  await ledger.close();
}

/** The fourth change: a list of two keys. */
async function writeList(store: Store): Promise<void> {
  const rows = ["u1", "u2"].map((key) => ({ key, added: true }));
  await store.commit({
    project: "default",
    expectedRevision: 3,
    at: 5,
    actor,
    action: "test.write",
    items: [sample.segment("s")],
    views: [],
    viewFormat: VIEW_FORMAT,
    lists: [await staged(store, "l", rows)],
  });
}

/** An empty database that can be opened, and edited behind the store's back, references unchecked. */
export interface EditableDatabase {
  readonly open: () => Promise<Store>;
  readonly edit: (statements: string) => Promise<void>;
}

const tampering: readonly (readonly [what: string, sql: string, revision: number, reason: string])[] = [
  ["a record's text", `UPDATE changes SET text = replace(text, 'ada', 'eve') WHERE revision = 2`, 2, "hash"],
  ["a record's hash", `UPDATE changes SET hash = 'x' WHERE revision = 2`, 2, "hash"],
  ["a record's actor", `UPDATE changes SET actor_name = 'eve' WHERE revision = 2`, 2, "columns"],
  ["a record's instant", `UPDATE changes SET at = 4 WHERE revision = 3`, 3, "columns"],
  ["a record's action", `UPDATE changes SET action = 'x' WHERE revision = 1`, 1, "columns"],
  ["an item", `UPDATE change_items SET after = '{}' WHERE key = 'b' AND revision = 2 AND kind = 'flag'`, 2, "items"],
  ["an item taken away", `DELETE FROM change_items WHERE key = 'b' AND revision = 3`, 3, "items"],
  ["a document", `UPDATE documents SET document = '{}' WHERE kind = 'segment'`, 4, "segment s"],
  ["a document taken away", `DELETE FROM documents WHERE kind = 'targeting'`, 3, "targeting a of production"],
  [
    "a removed document put back",
    `INSERT INTO documents SELECT project, kind, key, environment, revision, after FROM change_items WHERE kind = 'targeting' AND key = 'b' AND revision = 2`,
    2,
    "targeting b",
  ],
  ["a key of a list", `UPDATE list_keys SET key = 'eve' WHERE key = 'u1'`, 4, "list included of segment s"],
  ["a key of a list taken away", `DELETE FROM list_keys WHERE key = 'u2'`, 4, "list included"],
  ["a list's part in a change taken away", `DELETE FROM list_changes WHERE revision = 4`, 4, "lists are not"],
  ["a change taken away", `DELETE FROM changes WHERE revision = 2`, 2, "missing"],
  ["a tail cut off", `DELETE FROM changes WHERE revision > 2`, 3, "missing"],
  [
    "an end moved back",
    `UPDATE projects SET revision = 3, head = (SELECT hash FROM changes WHERE project = 'default' AND revision = 3) WHERE key = 'default'`,
    4,
    "beyond",
  ],
  ["the instant of the end", `UPDATE projects SET at = 6 WHERE key = 'default'`, 4, "instant"],
  ["a head", `UPDATE projects SET head = 'x' WHERE key = 'default'`, 4, "head"],
];

export function describeTampering(makeEmpty: () => Promise<EditableDatabase>): void {
  const written = async (): Promise<EditableDatabase> => {
    const database = await makeEmpty();
    await writeHistory(await database.open());
    return database;
  };

  it.each(tampering)("is found out: %s", async (_, sql, revision, reason) => {
    const database = await written();
    await database.edit(/UPDATE projects|list_keys/.test(sql) ? sql : `${sql} AND project = 'default'`);
    const store = await database.open();
    expect(await store.verify("default")).toEqual({ ok: false, revision, reason: expect.stringContaining(reason) });
    await store.close();
  });

  it("is listed all the same, and followed only up to there", async () => {
    const database = await written();
    await database.edit("UPDATE changes SET text = '{' WHERE revision = 2 AND project = 'default'");
    const store = await database.open();
    const listed = await store.changes("default", { limit: 9 });
    expect(listed.map(({ change }) => [change.revision, change.actor.name])).toEqual(
      [4, 3, 2, 1].map((r) => [r, "ada"]),
    );
    expect(listed[2]?.change.items).toEqual([]);
    await expect(store.follow("default", 0, 9)).rejects.toMatchObject({ name: "StoreFault", kind: "corrupt" });
    await store.close();
  });
}
