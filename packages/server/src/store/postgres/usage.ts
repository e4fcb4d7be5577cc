/** Counts of usage in PostgreSQL: each call is one statement, whichever node makes it. */
import {
  type AskedFlag,
  BATCH_KEPT_MS,
  type CountedUsage,
  FINEST_MS,
  MISSING_KEPT,
  MISSING_KEPT_MS,
  type MissingFlag,
  SPANS,
  spanStart,
  type UsageBatch,
  type UsageStore,
} from "../usage-store.ts";
import type { Sql } from "./driver.ts";
import { putSums, sumsJson } from "./evidence.ts";
import type { Pool } from "./pool.ts";

/** The driver gives numbers of 64 bits as text. */
type Raw<T> = { readonly [K in keyof T]: T[K] extends number ? string : T[K] };

export function postgresUsage(pool: Pool): UsageStore {
  return {
    async add(batches) {
      const rows = await pool.run(({ sql }) => addBatches(sql, batches));
      return new Set(rows.map(({ position }) => position));
    },
    async counts({ project, flag, since, spanMs }) {
      const rows = await pool.run(
        ({ sql }) => sql<Raw<CountedUsage>[]>`
          SELECT environment, flag, variant, reason, at - at % ${spanMs}::bigint AS at, sum(count)::bigint AS count
          FROM usage_counts WHERE project = ${project} AND flag = ${flag} AND at >= ${since}
          GROUP BY 1, 2, 3, 4, 5 ORDER BY 5, 1, 3, 4`,
      );
      return rows.map((row) => ({ ...row, at: Number(row.at), count: Number(row.count) }));
    },
    async asked(project) {
      const rows = await pool.run(
        ({ sql }) => sql<Raw<AskedFlag>[]>`
          SELECT environment, flag, at FROM usage_asked WHERE project = ${project} ORDER BY environment, flag`,
      );
      return rows.map((row) => ({ ...row, at: Number(row.at) }));
    },
    async missing(project, environment) {
      const rows = await pool.run(
        ({ sql }) => sql<Raw<MissingFlag>[]>`
          SELECT flag, count, at FROM usage_missing
          WHERE project = ${project} AND environment = ${environment} ORDER BY at DESC, flag`,
      );
      return rows.map((row) => ({ ...row, count: Number(row.count), at: Number(row.at) }));
    },
    async age(now) {
      await pool.run(({ sql }) => sql`DELETE FROM usage_batches WHERE at < ${now - BATCH_KEPT_MS}`);
      for (const position of SPANS.keys()) await pool.run(({ sql }) => ageSpan(sql, position, now));
      await pool.run(({ sql }) => ageMissing(sql, now));
    },
  };
}

/** Rows are written in the order of their keys, so that two nodes do not wait for each other. */
function addBatches(sql: Sql, batches: readonly UsageBatch[]) {
  const heads = batches.map(({ keyId, id, at }, position) => ({ position, key_id: keyId, id, at }));
  const counts = batches.flatMap(({ project, environment, at, counts: rows }, position) =>
    rows.map((row) => ({ position, project, environment, asked_at: at, at: spanStart(at, FINEST_MS), ...row })),
  );
  const missing = batches.flatMap(({ project, environment, at, missing: rows }, position) =>
    rows.map((row) => ({ position, project, environment, at, ...row })),
  );
  return sql<{ position: number }[]>`
    WITH batch AS (
      SELECT DISTINCT ON (key_id, id) * FROM json_to_recordset(${JSON.stringify(heads)}::text::json)
        AS batch (position integer, key_id text, id text, at bigint)
      ORDER BY key_id, id, position
    ), written AS (
      INSERT INTO usage_batches (key_id, id, at) SELECT key_id, id, at FROM batch
      ON CONFLICT DO NOTHING RETURNING key_id, id
    ), fresh AS (
      SELECT position FROM batch JOIN written USING (key_id, id)
    ), counted AS (
      SELECT * FROM fresh JOIN json_to_recordset(${JSON.stringify(counts)}::text::json)
        AS counted (position integer, project text, environment text, flag text, variant text, reason text,
          asked_at bigint, at bigint, count bigint) USING (position)
    ), put_counts AS (
      INSERT INTO usage_counts (project, environment, flag, variant, reason, span_ms, at, count)
      SELECT project, environment, flag, variant, reason, ${FINEST_MS}::bigint, at, sum(count)::bigint
      FROM counted GROUP BY project, environment, flag, variant, reason, at ORDER BY 1, 3, 2, 7, 4, 5
      ON CONFLICT (project, flag, environment, span_ms, at, variant, reason)
      DO UPDATE SET count = usage_counts.count + excluded.count
    ), put_asked AS (
      INSERT INTO usage_asked (project, environment, flag, at)
      SELECT project, environment, flag, max(asked_at) FROM counted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (project, environment, flag) DO UPDATE SET at = greatest(usage_asked.at, excluded.at)
    ), put_missing AS (
      INSERT INTO usage_missing (project, environment, flag, count, at)
      SELECT project, environment, flag, sum(count)::bigint, max(at)
      FROM fresh JOIN json_to_recordset(${JSON.stringify(missing)}::text::json)
        AS missed (position integer, project text, environment text, flag text, at bigint, count bigint) USING (position)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (project, environment, flag)
      DO UPDATE SET count = usage_missing.count + excluded.count, at = greatest(usage_missing.at, excluded.at)
    ), put_sums AS (${putSums(sql, sumsJson(batches))})
    SELECT position FROM fresh`;
}

/** Whoever deletes the old rows adds them up: two nodes that do it at once each have rows of their own. */
function ageSpan(sql: Sql, position: number, now: number) {
  const span = SPANS[position];
  const next = SPANS[position + 1];
  if (span === undefined) throw new RangeError(`There is no span ${position}.`);
  const old = sql`DELETE FROM usage_counts WHERE span_ms = ${span.spanMs} AND at < ${now - span.keptMs}`;
  if (next === undefined) return old;
  return sql`
    WITH old AS (${old} RETURNING *)
    INSERT INTO usage_counts (project, environment, flag, variant, reason, span_ms, at, count)
    SELECT project, environment, flag, variant, reason, ${next.spanMs}::bigint,
      at - at % ${next.spanMs}::bigint, sum(count)::bigint
    FROM old GROUP BY 1, 2, 3, 4, 5, 7 ORDER BY 1, 3, 2, 7, 4, 5
    ON CONFLICT (project, flag, environment, span_ms, at, variant, reason)
    DO UPDATE SET count = usage_counts.count + excluded.count`;
}

function ageMissing(sql: Sql, now: number) {
  return sql`
    DELETE FROM usage_missing USING (
      SELECT project, environment, flag,
        row_number() OVER (PARTITION BY project, environment ORDER BY at DESC, flag) AS place
      FROM usage_missing
    ) AS ranked
    WHERE usage_missing.project = ranked.project AND usage_missing.environment = ranked.environment
      AND usage_missing.flag = ranked.flag AND (ranked.place > ${MISSING_KEPT} OR at < ${now - MISSING_KEPT_MS})`;
}
