import Database from "better-sqlite3";
import { expect, it } from "vitest";
import type { ChangeFilter } from "../port.ts";
import { toQueries } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { listChanges } from "./reader.ts";

/** How the database finds the changes that a filter asks for. */
function planOf(filter: Partial<ChangeFilter>): readonly string[] {
  const said: string[] = [];
  const database = new Database(":memory:", { verbose: (statement) => said.push(String(statement)) });
  migrate(database, { migrations, at: 0 });
  listChanges(toQueries(database), "default", { limit: 50, ...filter });
  const query = said.find((statement) => /^select .* from "changes"/i.test(statement));
  const plan = database.prepare<[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${query}`).all();
  database.close();
  return plan.map(({ detail }) => detail);
}

it.each<[string, Partial<ChangeFilter>]>([
  ["a flag", { flag: "new-checkout" }],
  ["a segment", { segment: "staff" }],
  ["an environment", { environment: "production" }],
  ["a flag in an environment", { flag: "new-checkout", environment: "production" }],
])("looks up what touched %s, and goes through no table", (_, filter) => {
  const plan = planOf(filter);
  const items = plan.filter((detail) => detail.includes(" change_items "));
  expect(items).not.toEqual([]);
  for (const detail of items) expect(detail).toMatch(/^SEARCH .*\((?=.*project=\?)(?=.*(kind|environment)=\?)/);
  expect(plan.filter((detail) => /^SCAN (changes|change_items)/.test(detail))).toEqual([]);
});
