/** Who is connected to which process: a table that is not logged, since what it holds is true for seconds. */
import { NODE_SILENT_MS, type NodeReport, type NodeStore } from "../node-store.ts";
import type { Sql } from "./driver.ts";
import type { Pool } from "./pool.ts";

/** Rows of processes that are gone. */
const SWEPT_AFTER_MS = 60_000;

export function postgresNodes(pool: Pool): NodeStore {
  return {
    async report(node, reports) {
      const [said] = await pool.run(({ sql }) => putReports(sql, node, reports));
      return Number(said?.rows);
    },
    async others(node, project, environment) {
      const rows = await pool.run(
        ({ sql }) => sql<{ sdks: string }[]>`
          SELECT sdks FROM node_connections
          WHERE project = ${project} AND environment = ${environment} AND node <> ${node}
            AND at > ${clock(sql)} - ${NODE_SILENT_MS}`,
      );
      return rows.map(({ sdks }) => sdks);
    },
    async leave(node) {
      await pool.run(({ sql }) => sql`DELETE FROM node_connections WHERE node = ${node}`);
    },
  };
}

/** The database's own, the same for all. */
function clock(sql: Sql) {
  return sql`(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;
}

function putReports(sql: Sql, node: string, reports: readonly NodeReport[]) {
  return sql<{ rows: string }[]>`
    WITH said AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(reports)}::text::json)
        AS said (project text, environment text, sdks text)
    ), put AS (
      INSERT INTO node_connections (node, project, environment, at, sdks)
      SELECT ${node}, project, environment, ${clock(sql)}, sdks FROM said
      ON CONFLICT (node, project, environment) DO UPDATE SET at = excluded.at, sdks = excluded.sdks
      RETURNING 1
    ), kept AS (
      UPDATE node_connections SET at = ${clock(sql)}
      WHERE node = ${node} AND (project, environment) NOT IN (SELECT project, environment FROM said)
      RETURNING 1
    ), swept AS (
      DELETE FROM node_connections WHERE node <> ${node} AND at < ${clock(sql)} - ${SWEPT_AFTER_MS}
    )
    SELECT (SELECT count(*) FROM put) + (SELECT count(*) FROM kept) AS rows`;
}
