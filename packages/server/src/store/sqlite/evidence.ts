/** Sums and verdicts in SQLite. Sums are added up here: a list is one short text, and one process writes. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import {
  addNumbers,
  type EvidenceStore,
  nameOfSums,
  SUMS_KEPT,
  SUMS_KEPT_MS,
  type SumRow,
  VERDICTS_KEPT,
  VERDICTS_KEPT_MS,
} from "../evidence-store.ts";
import type { UsageBatch } from "../usage-store.ts";
import type { Queries, Run } from "./connection.ts";
import { evidenceSums, evidenceVerdicts } from "./schema.ts";

export function sqliteEvidence(run: Run): EvidenceStore {
  return {
    async sums({ project, environment, subject }) {
      const { part, name, side, field, numbers, at } = evidenceSums;
      const columns = { subject: evidenceSums.subject, part, name, side, field, numbers, at };
      const rows = run((queries) =>
        queries
          .select(columns)
          .from(evidenceSums)
          .where(
            and(
              eq(evidenceSums.project, project),
              eq(evidenceSums.environment, environment),
              eq(evidenceSums.subject, subject),
            ),
          )
          .all(),
      );
      return rows.map((row) => ({ ...row, numbers: JSON.parse(row.numbers) }));
    },
    async keepVerdict(verdict) {
      run((queries) => queries.insert(evidenceVerdicts).values(verdict).onConflictDoNothing().run());
    },
    async verdicts({ project, environment, release }, limit) {
      const { at } = evidenceVerdicts;
      return run((queries) =>
        queries
          .select()
          .from(evidenceVerdicts)
          .where(
            and(
              eq(evidenceVerdicts.project, project),
              eq(evidenceVerdicts.environment, environment),
              eq(evidenceVerdicts.release, release),
            ),
          )
          .orderBy(desc(at))
          .limit(limit)
          .all(),
      );
    },
    async age(now) {
      run((queries) => {
        queries
          .delete(evidenceVerdicts)
          .where(lt(evidenceVerdicts.at, now - VERDICTS_KEPT_MS))
          .run();
        queries
          .delete(evidenceSums)
          .where(lt(evidenceSums.at, now - SUMS_KEPT_MS))
          .run();
        keepNewest(queries);
        keepNewestVerdicts(queries);
      });
    },
  };
}

function keepNewest(queries: Pick<Queries, "run">): void {
  queries.run(sql`
    DELETE FROM evidence_sums WHERE (project, environment, subject, part, name, side, field) IN (
      SELECT project, environment, subject, part, name, side, field FROM (
        SELECT *, row_number() OVER (PARTITION BY project, environment, subject ORDER BY at DESC) AS place
        FROM evidence_sums
      ) WHERE place > ${SUMS_KEPT}
    )`);
}

function keepNewestVerdicts(queries: Pick<Queries, "run">): void {
  queries.run(sql`
    DELETE FROM evidence_verdicts WHERE (project, environment, "release", at) IN (
      SELECT project, environment, "release", at FROM (
        SELECT project, environment, "release", at,
          row_number() OVER (PARTITION BY project, environment, "release" ORDER BY at DESC) AS place
        FROM evidence_verdicts
      ) WHERE place > ${VERDICTS_KEPT}
    )`);
}

interface Placed extends SumRow {
  readonly project: string;
  readonly environment: string;
  readonly at: number;
}

/** Adds what new batches bring, in the transaction that counts them. */
export function putSums(write: Pick<Queries, "all" | "run">, batches: readonly UsageBatch[]): void {
  const added = new Map<string, Placed>();
  for (const { project, environment, at, sums } of batches) {
    for (const row of sums) {
      const name = `${project}\0${environment}\0${nameOfSums(row)}`;
      const before = added.get(name);
      const numbers = addNumbers(row.field, before?.numbers ?? [], row.numbers);
      added.set(name, { ...row, project, environment, numbers, at: Math.max(before?.at ?? 0, at) });
    }
  }
  if (added.size === 0) return;
  const rows = [...added.values()];
  const keys = JSON.stringify(rows.map(({ numbers: _, ...key }) => key));
  const before = write.all<{ readonly position: number; readonly numbers: string }>(sql`
    SELECT given.key AS position, numbers FROM json_each(${keys}) AS given JOIN evidence_sums AS kept ON
      kept.project = given.value ->> 'project' AND kept.environment = given.value ->> 'environment'
      AND kept.subject = given.value ->> 'subject' AND kept.part = given.value ->> 'part'
      AND kept.name = given.value ->> 'name' AND kept.side = given.value ->> 'side'
      AND kept.field = given.value ->> 'field'`);
  const known = new Map(before.map(({ position, numbers }) => [Number(position), numbers]));
  const sums = rows.map((row, position) => {
    const kept: readonly number[] = JSON.parse(known.get(position) ?? "[]");
    return { ...row, numbers: JSON.stringify(addNumbers(row.field, kept, row.numbers)) };
  });
  write.run(sql`
    INSERT INTO evidence_sums (project, environment, subject, part, name, side, field, numbers, at)
    SELECT value ->> 'project', value ->> 'environment', value ->> 'subject', value ->> 'part', value ->> 'name',
      value ->> 'side', value ->> 'field', value ->> 'numbers', value ->> 'at'
    FROM json_each(${JSON.stringify(sums)}) WHERE true
    ON CONFLICT DO UPDATE SET numbers = excluded.numbers, at = max(at, excluded.at)`);
}
