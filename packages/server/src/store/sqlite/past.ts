/**
 * What the database knows of a project's past. The log is append-only and keeps each document in each of its states, so
 * the state at a revision is a look-up, not a replay: two steps in one index for each document that ever was.
 *
 *     change_items, by (project, kind, key, environment, revision)
 *
 *     flag a 2 │ flag a 9 │ flag b 4 │ segment s 3 │ …        at revision 5:  flag a 2, flag b 4, segment s 3
 *     └ the first row of each name is found from the one before; the newest at or before 5 from the name
 *
 * It reads in pages and gives the event loop its turn between them; what is past does not change in between.
 */
import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { ItemName } from "../../state/documents.ts";
import type { StoredDocument } from "../port.ts";
import { parseDocument } from "../rows.ts";
import type { Queries, Run } from "./connection.ts";
import { changes, projects } from "./schema.ts";

/** Which state of which documents. */
export interface PastQuery {
  readonly project: string;
  readonly revision: number;
  /** What belongs to other environments is left out; nothing is where none is named. */
  readonly environment?: string | undefined;
}

interface PastRow extends ItemName {
  /** Null where the document was not there yet. */
  readonly revision: number | null;
  /** Null where it was removed. */
  readonly after: string | null;
}

const PAGE = 250;
/** Sorts before every name. */
const BEFORE_ALL: ItemName = { kind: "environment", key: "", environment: "" };

export async function readDocumentsAt(run: Run, query: PastQuery): Promise<readonly StoredDocument[]> {
  run((queries) => newestOf(queries, query.project));
  const found: StoredDocument[] = [];
  const readPage = (after: ItemName): readonly PastRow[] => run((queries) => queries.all(pageOf(query, after)));
  for (let after = BEFORE_ALL; ; ) {
    const rows = readPage(after);
    for (const row of rows) found.push(...documentIn(row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return found;
    after = last;
    await new Promise((resume) => setImmediate(resume));
  }
}

/** The newest change at or before an instant; 0 where there is none. */
export function readRevisionAt(queries: Queries, project: string, at: number): number {
  const newest = newestOf(queries, project);
  // Instants never go back, so the first change after the instant ends what was there by then.
  const later = queries
    .select({ revision: changes.revision })
    .from(changes)
    .where(and(eq(changes.project, project), gt(changes.at, at)))
    .orderBy(asc(changes.at), asc(changes.revision))
    .limit(1)
    .get();
  return later === undefined ? newest : later.revision - 1;
}

/**
 * Every name of a page, each with its row of then, where it has one. The pluses are not idle: of a row of values SQLite
 * uses the index for the first column alone where the others are compared with columns.
 */
export function pageOf({ project, revision, environment }: PastQuery, after: ItemName): SQL {
  const wanted = environment === undefined ? sql`1` : sql`name.environment IN ('', ${environment})`;
  return sql`
    WITH RECURSIVE first(id) AS (
      SELECT (
        SELECT rowid FROM change_items
        WHERE project = ${project}
          AND (kind, key, environment) > (${after.kind}, ${after.key}, ${after.environment})
        ORDER BY kind, key, environment, revision LIMIT 1)
      UNION ALL
      SELECT (
        SELECT next.rowid FROM change_items next
        WHERE next.project = ${project}
          AND (next.kind, next.key, next.environment) > (+last.kind, +last.key, +last.environment)
        ORDER BY next.kind, next.key, next.environment, next.revision LIMIT 1)
      FROM first JOIN change_items last ON last.rowid = first.id
      LIMIT ${PAGE})
    SELECT name.kind, name.key, name.environment, was.revision, was.after
    FROM first JOIN change_items name ON name.rowid = first.id
    LEFT JOIN change_items was ON ${wanted} AND was.rowid = (
      SELECT rowid FROM change_items newest
      WHERE newest.project = ${project} AND newest.kind = name.kind AND newest.key = name.key
        AND newest.environment = name.environment AND newest.revision <= ${revision}
      ORDER BY newest.revision DESC LIMIT 1)`;
}

function documentIn({ kind, key, environment, revision, after }: PastRow): StoredDocument[] {
  if (revision === null || after === null) return [];
  return [{ kind, key, environment, revision, document: parseDocument(after) }];
}

/** The project's newest revision. */
function newestOf(queries: Queries, project: string): number {
  const row = queries.select().from(projects).where(eq(projects.key, project)).get();
  if (row === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
  return row.revision;
}
