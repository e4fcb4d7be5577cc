import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { connect, toQueries } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { pageOf } from "./past.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();

describe("the state at a revision", () => {
  it("is looked up in one index: no table is scanned and nothing is sorted", () => {
    const connection = connect(freshFile());
    migrate(connection, { migrations, at: 1 });
    const page = pageOf(
      { project: "default", revision: 5, environment: "production" },
      { kind: "flag", key: "a", environment: "" },
    );
    const plan = toQueries(connection).all<{ readonly detail: string }>(sql`EXPLAIN QUERY PLAN ${page}`);
    const steps = plan.map(({ detail }) => detail);
    connection.close();
    const index = "USING COVERING INDEX sqlite_autoindex_change_items_1";
    const row = "USING INTEGER PRIMARY KEY (rowid=?)";
    expect(steps.filter((step) => step.startsWith("SEARCH"))).toEqual([
      `SEARCH change_items ${index} (project=? AND (kind,key,environment)>(?,?,?))`,
      `SEARCH last ${row}`,
      `SEARCH next ${index} (project=? AND (kind,key,environment)>(?,?,?))`,
      `SEARCH name ${row}`,
      `SEARCH was ${row} LEFT-JOIN`,
      `SEARCH newest ${index} (project=? AND kind=? AND key=? AND environment=? AND revision<?)`,
    ]);
    expect(steps.filter((step) => /SCAN|TEMP/.test(step))).toEqual(["SCAN CONSTANT ROW", "SCAN first", "SCAN first"]);
  });
});
