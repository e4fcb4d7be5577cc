/** Sums and verdicts in PostgreSQL, where lists are added up by the statement that brings them: many nodes write. */
import {
  type EvidenceStore,
  type KeptVerdict,
  SUMS_KEPT,
  SUMS_KEPT_MS,
  type SumRow,
  VERDICTS_KEPT,
  VERDICTS_KEPT_MS,
} from "../evidence-store.ts";
import type { UsageBatch } from "../usage-store.ts";
import type { Sql } from "./driver.ts";
import type { Pool } from "./pool.ts";

/** The driver gives numbers of 64 bits, and lists as JSON here, as text. */
interface RawSums extends Omit<SumRow, "numbers" | "part"> {
  readonly part: string;
  readonly numbers: string;
  readonly at: string;
}
type RawVerdict = Omit<KeptVerdict, "at" | "step"> & { readonly at: string; readonly step: string };

export function postgresEvidence(pool: Pool): EvidenceStore {
  return {
    async sums({ project, environment, subject }) {
      const rows = await pool.run(
        ({ sql }) => sql<RawSums[]>`
          SELECT subject, part, name, side, field, array_to_json(numbers)::text AS numbers, at FROM evidence_sums
          WHERE project = ${project} AND environment = ${environment} AND subject = ${subject}`,
      );
      return rows.map((row) => ({
        ...row,
        part: Number(row.part),
        numbers: JSON.parse(row.numbers),
        at: Number(row.at),
      }));
    },
    async keepVerdict({ project, environment, flag, release, step, at, body }) {
      await pool.run(
        ({ sql }) => sql`
          INSERT INTO evidence_verdicts (project, environment, flag, release, step, at, body)
          VALUES (${project}, ${environment}, ${flag}, ${release}, ${step}, ${at}, ${body}) ON CONFLICT DO NOTHING`,
      );
    },
    async verdicts({ project, environment, release }, limit) {
      const rows = await pool.run(
        ({ sql }) => sql<RawVerdict[]>`
          SELECT project, environment, flag, release, step, at, body FROM evidence_verdicts
          WHERE project = ${project} AND environment = ${environment} AND release = ${release}
          ORDER BY at DESC LIMIT ${limit}`,
      );
      return rows.map((row) => ({ ...row, step: Number(row.step), at: Number(row.at) }));
    },
    async age(now) {
      await pool.run(({ sql }) => sql`DELETE FROM evidence_verdicts WHERE at < ${now - VERDICTS_KEPT_MS}`);
      await pool.run(({ sql }) => keepNewestVerdicts(sql));
      await pool.run(({ sql }) => ageSums(sql, now));
    },
  };
}

function keepNewestVerdicts(sql: Sql) {
  return sql`
    DELETE FROM evidence_verdicts USING (
      SELECT ctid AS row, row_number() OVER (PARTITION BY project, environment, release ORDER BY at DESC) AS place
      FROM evidence_verdicts
    ) AS ranked
    WHERE evidence_verdicts.ctid = ranked.row AND ranked.place > ${VERDICTS_KEPT}`;
}

function ageSums(sql: Sql, now: number) {
  return sql`
    DELETE FROM evidence_sums USING (
      SELECT ctid AS row, row_number() OVER (PARTITION BY project, environment, subject ORDER BY at DESC) AS place
      FROM evidence_sums
    ) AS ranked
    WHERE evidence_sums.ctid = ranked.row AND (ranked.place > ${SUMS_KEPT} OR at < ${now - SUMS_KEPT_MS})`;
}

/** Lists of batches in JSON, each with its batch's position. */
export function sumsJson(batches: readonly UsageBatch[]): string {
  const rows = batches.flatMap(({ project, environment, at, sums }, position) =>
    sums.map((row) => ({ position, project, environment, at, ...row })),
  );
  return JSON.stringify(rows);
}

/**
 * Adds lists of the batches in `fresh`. Lists of one name are added up first, number by number, since a row can be
 * written once by a statement; rows come in the order of their names, so that two nodes do not wait for each other.
 */
export function putSums(sql: Sql, json: string) {
  return sql`
    INSERT INTO evidence_sums (project, environment, subject, part, name, side, field, numbers, at)
    SELECT project, environment, subject, part, name, side, field, array_agg(number ORDER BY place), max(at)
    FROM (
      SELECT project, environment, subject, part, name, side, field, place, max(at) AS at,
        CASE WHEN field = 'm' THEN max(number) ELSE sum(number) END AS number
      FROM fresh JOIN json_to_recordset(${json}::text::json)
        AS given (position integer, project text, environment text, subject text, part bigint, name text, side text,
          field text, numbers double precision[], at bigint) USING (position),
        unnest(numbers) WITH ORDINALITY AS each (number, place)
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ) AS added
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (project, environment, subject, part, name, side, field) DO UPDATE SET
      at = greatest(evidence_sums.at, excluded.at),
      numbers = (
        SELECT array_agg(
          CASE WHEN evidence_sums.field = 'm' THEN greatest(a, b) ELSE coalesce(a, 0) + coalesce(b, 0) END ORDER BY place
        )
        FROM unnest(evidence_sums.numbers, excluded.numbers) WITH ORDINALITY AS pair (a, b, place)
      )`;
}
