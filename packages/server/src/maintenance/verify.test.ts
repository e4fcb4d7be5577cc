import SqliteFile from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { temporaryFiles } from "../store/sqlite/temporary-folder.ts";
import { writeHistory } from "../store/testing/tampering.ts";
import { verifyDatabase } from "./maintenance.ts";

const freshFile = temporaryFiles();

/** What is found after somebody edited a sound database as SQLite's own shell lets them, references unchecked. */
async function verdictAfter(edit: string) {
  const path = freshFile();
  await writeHistory(await openSqliteStore({ file: path, at: 1 }));
  const database = new SqliteFile(path);
  database.pragma("foreign_keys = OFF");
  database.exec(edit);
  database.close();
  return (await verifyDatabase({ kind: "sqlite", path }, 2)).get("default");
}

describe("the verification of a database (F44)", () => {
  it("finds nothing where nobody edited it", async () => {
    expect(await verdictAfter("")).toMatchObject({ ok: true, checked: 4 });
  });

  it.each([
    ["taken out of a view", `DELETE FROM view_entities WHERE class = 'server' AND key = 'a'`, "lacks the flag a"],
    ["marked as gone from a view", `UPDATE view_entities SET dropped = 1 WHERE key = 's'`, "lacks the segment s"],
    [
      "put into a view",
      `INSERT INTO view_entities VALUES ('default', 'production', 'client', 'flag', 'z', 1, 0)`,
      "The view of production for client keys holds the flag z",
    ],
  ])("finds what was %s", async (_, edit, reason) => {
    expect(await verdictAfter(edit)).toEqual({ ok: false, revision: 4, reason: expect.stringContaining(reason) });
  });

  it("finds the history of a project whose row was removed", async () => {
    const verdict = await verdictAfter(`DELETE FROM projects WHERE key = 'default'`);
    expect(verdict).toEqual({ ok: false, revision: 1, reason: expect.stringContaining("beyond") });
  });
});
