/** Lists of keys in PostgreSQL: each call is one statement. */
import { and, asc, eq, gte, lt } from "drizzle-orm";
import { type HistoryRow, type ListStore, ROWS_AT_ONCE } from "../list-store.ts";
import { groupedLists } from "../stored-lists.ts";
import type { Pool } from "./pool.ts";
import { listChanges, listKeys, listStages, lists } from "./schema.ts";

export function postgresLists(pool: Pool): ListStore {
  return {
    async of(project, list) {
      const rows = await pool.run(({ queries }) =>
        queries
          .select()
          .from(lists)
          .innerJoin(listChanges, eq(listChanges.list, lists.id))
          .where(and(eq(lists.project, project), list === undefined ? undefined : eq(lists.id, list)))
          .orderBy(asc(listChanges.revision)),
      );
      return groupedLists(rows.map((row) => ({ ...row.list_changes, ...row.lists })));
    },
    async begin(at) {
      const [row] = await pool.run(({ queries }) => queries.insert(listStages).values({ at }).returning());
      if (row === undefined) throw new Error("The database answered an insert without a row.");
      return row.difference;
    },
    async stage({ list, difference, position, rows }) {
      const staged = JSON.stringify(rows.map(({ key, added }, at) => ({ position: position + at, key, added })));
      await pool.run(
        ({ sql }) => sql`
          INSERT INTO list_keys (difference, position, list, key, added)
          SELECT ${difference}::bigint, position, ${list}::bigint, key, added
          FROM json_to_recordset(${staged}::text::json) AS row (position integer, key text, added boolean)`,
      );
    },
    rows(difference, position, limit) {
      const from = and(eq(listKeys.difference, difference), gte(listKeys.position, position));
      return pool.run(({ queries }) =>
        queries
          .select({ key: listKeys.key, added: listKeys.added })
          .from(listKeys)
          .where(from)
          .orderBy(asc(listKeys.position))
          .limit(limit),
      );
    },
    async history(list, after, limit) {
      const rows = await pool.run(({ sql }) => {
        const rest = after === undefined ? sql`` : sql`AND (key, difference) > (${after.key}, ${after.difference})`;
        return sql<{ key: string; difference: string; added: boolean }[]>`
          SELECT key, difference, added FROM list_keys WHERE list = ${list} ${rest}
          ORDER BY key, difference LIMIT ${limit}`;
      });
      return rows.map(({ key, difference, added }): HistoryRow => ({ key, difference: Number(difference), added }));
    },
    async abandoned(before) {
      const rows = await pool.run(({ queries }) => queries.select().from(listStages).where(lt(listStages.at, before)));
      return rows.map(({ difference }) => difference);
    },
    async discard(difference) {
      const [left] = await pool.run(
        ({ sql }) => sql<{ rows: boolean }[]>`
          WITH gone AS (
            DELETE FROM list_keys
            WHERE difference = ${difference}
              AND position IN (SELECT position FROM list_keys WHERE difference = ${difference} LIMIT ${ROWS_AT_ONCE})
              AND NOT EXISTS (SELECT FROM list_changes WHERE difference = ${difference})
            RETURNING 1
          ), ended AS (
            DELETE FROM list_stages WHERE difference = ${difference} AND NOT EXISTS (SELECT FROM gone)
          )
          SELECT EXISTS (SELECT FROM gone) AS rows`,
      );
      return left?.rows === true;
    },
  };
}
