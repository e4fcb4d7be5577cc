/** Lists of keys in SQLite: each call is one short transaction. */
import { and, asc, eq, gte, inArray, lt, notExists, sql } from "drizzle-orm";
import { type AfterRow, type Batch, type HistoryRow, type ListStore, ROWS_AT_ONCE } from "../list-store.ts";
import { groupedLists } from "../stored-lists.ts";
import type { Queries, Run } from "./connection.ts";
import { listChanges, listKeys, listStages, lists } from "./schema.ts";

export function sqliteLists(run: Run): ListStore {
  return {
    async of(project, list) {
      return groupedLists(
        run((queries) =>
          queries
            .select()
            .from(lists)
            .innerJoin(listChanges, eq(listChanges.list, lists.id))
            .where(and(eq(lists.project, project), list === undefined ? undefined : eq(lists.id, list)))
            .orderBy(asc(listChanges.revision))
            .all(),
        ).map((row) => ({ ...row.list_changes, ...row.lists })),
      );
    },
    async begin(at) {
      return run((queries) => queries.insert(listStages).values({ at }).returning().get()).difference;
    },
    async stage(batch) {
      run((queries) => stageRows(queries, batch));
    },
    async rows(difference, position, limit) {
      const from = and(eq(listKeys.difference, difference), gte(listKeys.position, position));
      return run((queries) =>
        queries
          .select({ key: listKeys.key, added: listKeys.added })
          .from(listKeys)
          .where(from)
          .orderBy(asc(listKeys.position))
          .limit(limit)
          .all(),
      );
    },
    async history(list, after, limit) {
      return run((queries) => historyPage(queries, { list, after, limit }));
    },
    async abandoned(before) {
      const rows = run((queries) => queries.select().from(listStages).where(lt(listStages.at, before)).all());
      return rows.map(({ difference }) => difference);
    },
    async discard(difference) {
      return run((queries) =>
        queries.transaction((write) => discardSome(write, difference), { behavior: "immediate" }),
      );
    },
  };
}

/** One statement for all of them: a call for each row would take several times as long. */
function stageRows(queries: Queries, { list, difference, position, rows }: Batch): void {
  const staged = JSON.stringify(rows.map(({ key, added }) => [key, added ? 1 : 0]));
  queries.run(sql`
    INSERT INTO list_keys (difference, position, list, key, added)
    SELECT ${difference}, ${position} + row.key, ${list}, row.value ->> 0, row.value ->> 1
    FROM json_each(${staged}) AS row`);
}

interface HistoryQuery {
  readonly list: number;
  readonly after: AfterRow | undefined;
  readonly limit: number;
}

function historyPage(queries: Queries, { list, after, limit }: HistoryQuery): readonly HistoryRow[] {
  const { key, difference, added } = listKeys;
  const rest = after && sql`(${key}, ${difference}) > (${after.key}, ${after.difference})`;
  return queries
    .select({ key, difference, added })
    .from(listKeys)
    .where(and(eq(listKeys.list, list), rest))
    .orderBy(asc(key), asc(difference))
    .limit(limit)
    .all();
}

function discardSome(queries: Pick<Queries, "select" | "delete">, difference: number): boolean {
  const named = queries.select().from(listChanges).where(eq(listChanges.difference, difference));
  const positions = queries
    .select({ position: listKeys.position })
    .from(listKeys)
    .where(eq(listKeys.difference, difference))
    .limit(ROWS_AT_ONCE);
  const some = and(eq(listKeys.difference, difference), inArray(listKeys.position, positions), notExists(named));
  if (queries.delete(listKeys).where(some).run().changes > 0) return true;
  queries.delete(listStages).where(eq(listStages.difference, difference)).run();
  return false;
}
