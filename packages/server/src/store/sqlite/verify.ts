/**
 * Recomputes a project's chain, and compares with it what the database repeats of it: columns, items, documents. It
 * reads in pages and gives the event loop its turn between them, so that a long history stops nobody.
 */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ItemName } from "../../state/documents.ts";
import { ChainCheck } from "../chain-check.ts";
import type { ChainVerdict } from "../port.ts";
import { canonicalJson, type RecordContent } from "../record.ts";
import type { Queries } from "./connection.ts";
import { changeItems, changes, projects } from "./schema.ts";

type Misfit = Extract<ChainVerdict, { readonly ok: false }>;
type ChangeRow = typeof changes.$inferSelect;

const PAGE = 200;

/** Runs one synchronous call on the database. */
export type Run = <T>(call: (queries: Queries) => T) => T;

export async function verifyProject(run: Run, project: string): Promise<ChainVerdict> {
  // Changes that are made meanwhile are left to the next time.
  const end = run((queries) => queries.select().from(projects).where(eq(projects.key, project)).get());
  if (end === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
  const check = new ChainCheck(project);
  while (check.checked < end.revision) {
    const misfit = run((queries) => checkPage(queries, check, { project, end: end.revision }));
    if (misfit !== undefined) return misfit;
    await new Promise((resume) => setImmediate(resume));
  }
  if (check.head !== end.head) {
    return misfitAt(end.revision, "The project's head is not the hash of its newest change.");
  }
  return run((queries) => checkDocuments(queries, project)) ?? { ok: true, head: check.head, checked: check.checked };
}

function checkPage(
  queries: Queries,
  check: ChainCheck,
  { project, end }: { readonly project: string; readonly end: number },
): Misfit | undefined {
  const rows = queries
    .select()
    .from(changes)
    .where(and(eq(changes.project, project), gt(changes.revision, check.checked)))
    .orderBy(asc(changes.revision))
    .limit(Math.min(PAGE, end - check.checked))
    .all();
  if (rows.length === 0) return misfitAt(check.checked + 1, `Change ${check.checked + 1} is missing.`);
  for (const row of rows) {
    const step = check.next(row);
    if ("reason" in step) return misfitAt(step.revision, step.reason);
    const reason = columnsDiffer(row, step.record) ?? itemsDiffer(queries, step.record);
    if (reason !== undefined) return misfitAt(row.revision, reason);
  }
  return undefined;
}

function columnsDiffer(row: ChangeRow, { at, actor, action }: RecordContent): string | undefined {
  const columns = [row.at, row.actorType, row.actorId, row.actorName, row.action];
  const said = [at, actor.type, actor.id, actor.name, action];
  return columns.every((value, index) => value === said[index])
    ? undefined
    : "Its columns say something else than its text.";
}

function itemsDiffer(queries: Queries, { project, revision, items }: RecordContent): string | undefined {
  const rows = queries
    .select()
    .from(changeItems)
    .where(and(eq(changeItems.project, project), eq(changeItems.revision, revision)))
    .orderBy(asc(changeItems.position))
    .all();
  const kept = rows.map(({ kind, key, environment, after }) => [kind, key, environment, after]);
  const said = items.map(({ kind, key, environment, after }) => [
    kind,
    key,
    environment,
    after === null ? null : canonicalJson(after),
  ]);
  return JSON.stringify(kept) === JSON.stringify(said) ? undefined : "Its items are not those of its text.";
}

/** The newest documents must be the newest items that are no removals, all of them and no others. */
function checkDocuments(queries: Queries, project: string): Misfit | undefined {
  const misfit = queries.get<(ItemName & { readonly revision: number }) | undefined>(sql`
    SELECT d.revision, d.kind, d.key, d.environment
    FROM documents d LEFT JOIN change_items i USING (project, kind, key, environment, revision)
    WHERE d.project = ${project} AND (i.after IS NOT d.document OR EXISTS (
      SELECT 1 FROM change_items newer
      WHERE newer.project = d.project AND newer.kind = d.kind AND newer.key = d.key
        AND newer.environment = d.environment AND newer.revision > d.revision))
    UNION ALL
    SELECT i.revision, i.kind, i.key, i.environment
    FROM change_items i LEFT JOIN documents d USING (project, kind, key, environment)
    WHERE i.project = ${project} AND i.after IS NOT NULL AND d.project IS NULL AND NOT EXISTS (
      SELECT 1 FROM change_items newer
      WHERE newer.project = i.project AND newer.kind = i.kind AND newer.key = i.key
        AND newer.environment = i.environment AND newer.revision > i.revision)
    ORDER BY revision LIMIT 1`);
  if (misfit === undefined) return undefined;
  const { revision, kind, key, environment } = misfit;
  const where = environment === "" ? "" : ` of ${environment}`;
  return misfitAt(revision, `The stored ${kind} ${key}${where} is not what the history made of it.`);
}

function misfitAt(revision: number, reason: string): Misfit {
  return { ok: false, revision, reason };
}
