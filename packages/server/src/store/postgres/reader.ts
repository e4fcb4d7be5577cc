/**
 * What is read from the database: a project whole, stretches of its log, pages of its history, its past. Each answer
 * comes from one statement, so from one moment; only the log is read by several, and what stands in it never changes.
 */
import { and, asc, desc, eq, gt } from "drizzle-orm";
import type { ItemName } from "../../state/documents.ts";
import { changeConditions } from "../change-conditions.ts";
import { noProject } from "../fault.ts";
import type {
  Change,
  ChangeFilter,
  ChangeWithBefore,
  StoredDocument,
  StoredEntity,
  StoredProject,
  Stretch,
} from "../port.ts";
import { parseDocument, toListed, toStretch } from "../rows.ts";
import type { Queries, Sql } from "./driver.ts";
import { changeItems, changes, projects } from "./schema.ts";

/** One part of a project. Which columns mean something goes by `part`; numbers come as text. */
interface LoadedRow extends ItemName {
  readonly part: "project" | "document" | "entity";
  readonly class: StoredEntity["class"];
  readonly revision: string;
  readonly at: string;
  readonly text: string;
  readonly view_format: number;
  readonly dropped: boolean;
}

/** A project with everything that a node serves it from, as of one moment. */
export async function loadProject(sql: Sql, project: string): Promise<StoredProject> {
  const rows = await sql<LoadedRow[]>`
    SELECT 'project' AS part, '' AS kind, key, '' AS environment, '' AS class,
      revision, at, head AS text, view_format, false AS dropped
    FROM projects WHERE key = ${project}
    UNION ALL
    SELECT 'document', kind, key, environment, '', revision, 0, document, 0, false
    FROM documents WHERE project = ${project}
    UNION ALL
    SELECT 'entity', kind, key, environment, class, version, 0, '', 0, dropped
    FROM view_entities WHERE project = ${project}`;
  const head = rows.find(({ part }) => part === "project");
  if (head === undefined) throw noProject(project);
  return {
    key: project,
    revision: Number(head.revision),
    head: head.text,
    at: Number(head.at),
    viewFormat: head.view_format,
    documents: rows.filter(({ part }) => part === "document").map(toDocument),
    entities: rows.flatMap(toEntity),
  };
}

function toDocument({ kind, key, environment, revision, text }: DocumentRow): StoredDocument {
  return { kind, key, environment, revision: Number(revision), document: parseDocument(text) };
}

function toEntity({ part, kind, key, environment, class: viewClass, revision, dropped }: LoadedRow): StoredEntity[] {
  if (part !== "entity" || (kind !== "flag" && kind !== "segment")) return [];
  return [{ environment, class: viewClass, kind, key, version: Number(revision), dropped }];
}

/** Changes after a revision. Rejects a row that does not continue the one before it. */
export async function followLog(
  queries: Queries,
  { project, revision, limit }: { readonly project: string; readonly revision: number; readonly limit: number },
): Promise<Stretch> {
  const inProject = eq(changes.project, project);
  const from = and(inProject, eq(changes.revision, revision));
  const [before] = revision === 0 ? [{ hash: "" }] : await queries.select().from(changes).where(from);
  const after = and(inProject, gt(changes.revision, revision));
  const rows = await queries.select().from(changes).where(after).orderBy(asc(changes.revision)).limit(limit);
  return { continues: before?.hash, changes: toStretch(rows, before?.hash ?? "") };
}

/** Newest first. */
export async function listChanges(
  { sql, queries }: { readonly sql: Sql; readonly queries: Queries },
  project: string,
  filter: ChangeFilter,
): Promise<readonly ChangeWithBefore[]> {
  const rows = await queries
    .select()
    .from(changes)
    .where(changeConditions({ changes, changeItems }, project, filter))
    .orderBy(desc(changes.revision))
    .limit(filter.limit);
  const listed = rows.map(toListed);
  const before = await statesBefore(sql, project, listed);
  return listed.map((change) => ({
    change,
    before: change.items.map((_, position) => before.get(`${change.revision} ${position}`) ?? null),
  }));
}

/** By the change's revision and the item's position; one index serves each. */
async function statesBefore(
  sql: Sql,
  project: string,
  listed: readonly Change[],
): Promise<ReadonlyMap<string, unknown>> {
  const asked = listed.flatMap(({ revision, items }) =>
    items.map(({ kind, key, environment }, position) => ({ kind, key, environment, revision, position })),
  );
  const rows = await sql<{ revision: string; position: number; after: string | null }[]>`
    SELECT item.revision, item.position, before.after
    FROM json_to_recordset(${JSON.stringify(asked)}::text::json)
      AS item (kind text, key text, environment text, revision bigint, position integer)
    CROSS JOIN LATERAL (
      SELECT after FROM change_items earlier
      WHERE earlier.project = ${project} AND earlier.kind = item.kind AND earlier.key = item.key
        AND earlier.environment = item.environment AND earlier.revision < item.revision
      ORDER BY earlier.revision DESC LIMIT 1) before`;
  return new Map(
    rows.map(({ revision, position, after }) => [
      `${revision} ${position}`,
      after === null ? null : parseDocument(after),
    ]),
  );
}

/** Which state of which documents. */
export interface PastQuery {
  readonly project: string;
  readonly revision: number;
  /** What belongs to other environments is left out; nothing is where none is named. */
  readonly environment?: string | undefined;
}

interface DocumentRow extends ItemName {
  readonly revision: string;
  readonly text: string;
}

/** Two steps in one index for each document that ever was: to its name, and to its newest state at or before then. */
export async function readDocumentsAt(sql: Sql, query: PastQuery): Promise<readonly StoredDocument[]> {
  const { project, revision, environment } = query;
  const wanted = environment === undefined ? sql`true` : sql`name.environment IN ('', ${environment})`;
  const rows = await sql<DocumentRow[]>`
    WITH RECURSIVE name AS (
      (SELECT kind, key, environment FROM change_items WHERE project = ${project}
       ORDER BY kind, key, environment LIMIT 1)
      UNION ALL
      SELECT next.* FROM name CROSS JOIN LATERAL (
        SELECT item.kind, item.key, item.environment FROM change_items item
        WHERE item.project = ${project}
          AND (item.kind, item.key, item.environment) > (name.kind, name.key, name.environment)
        ORDER BY item.kind, item.key, item.environment LIMIT 1) next
    )
    SELECT name.kind, name.key, name.environment, was.revision, was.after AS text
    FROM name CROSS JOIN LATERAL (
      SELECT item.revision, item.after FROM change_items item
      WHERE item.project = ${project} AND item.kind = name.kind AND item.key = name.key
        AND item.environment = name.environment AND item.revision <= ${revision}
      ORDER BY item.revision DESC LIMIT 1) was
    WHERE was.after IS NOT NULL AND ${wanted}`;
  return rows.map(toDocument);
}

/** The newest change at or before an instant; 0 where there is none. */
export async function readRevisionAt(queries: Queries, project: string, at: number): Promise<number> {
  const newest = await readRevision(queries, project);
  // Instants never go back, so the first change after the instant ends what was there by then.
  const [later] = await queries
    .select({ revision: changes.revision })
    .from(changes)
    .where(and(eq(changes.project, project), gt(changes.at, at)))
    .orderBy(asc(changes.at), asc(changes.revision))
    .limit(1);
  return later === undefined ? newest : later.revision - 1;
}

/** The project's newest revision. */
export async function readRevision(queries: Queries, project: string): Promise<number> {
  const [row] = await queries.select().from(projects).where(eq(projects.key, project));
  if (row === undefined) throw noProject(project);
  return row.revision;
}
