/** What is read from the database: a project whole, stretches of its log, pages of its history. */
import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import { changeConditions } from "../change-conditions.ts";
import type { ChangeFilter, ChangeWithBefore, StoredProject, Stretch } from "../port.ts";
import { parseDocument, toListed, toStretch } from "../rows.ts";
import type { Queries } from "./connection.ts";
import { changeItems, changes, documents, projects, viewEntities } from "./schema.ts";

/** A project with everything that a node serves it from, as of one moment. */
export function loadProject(queries: Queries, project: string): StoredProject {
  return queries.transaction(() => {
    const head = queries.select().from(projects).where(eq(projects.key, project)).get();
    if (head === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
    const rows = queries.select().from(documents).where(eq(documents.project, project)).all();
    const entities = queries.select().from(viewEntities).where(eq(viewEntities.project, project)).all();
    return {
      ...head,
      documents: rows.map(({ document, kind, key, environment, revision }) => {
        return { kind, key, environment, revision, document: parseDocument(document) };
      }),
      entities: entities.map(({ project: _, ...entity }) => entity),
    };
  });
}

/** Changes after a revision. Rejects a row that does not continue the one before it. */
export function followLog(
  queries: Queries,
  { project, revision, limit }: { readonly project: string; readonly revision: number; readonly limit: number },
): Stretch {
  return queries.transaction(() => {
    const inProject = eq(changes.project, project);
    const from = and(inProject, eq(changes.revision, revision));
    const continues = revision === 0 ? "" : queries.select().from(changes).where(from).get()?.hash;
    const after = and(inProject, gt(changes.revision, revision));
    const rows = queries.select().from(changes).where(after).orderBy(asc(changes.revision)).limit(limit).all();
    return { continues, changes: toStretch(rows, continues ?? "") };
  });
}

/** Newest first. */
export function listChanges(queries: Queries, project: string, filter: ChangeFilter): readonly ChangeWithBefore[] {
  return queries.transaction(() => {
    const stateBefore = prepareStateBefore(queries);
    const rows = queries
      .select()
      .from(changes)
      .where(changeConditions({ changes, changeItems }, project, filter))
      .orderBy(desc(changes.revision))
      .limit(filter.limit)
      .all();
    return rows.map((row) => {
      const change = toListed(row);
      const before = change.items.map(({ kind, key, environment }) => {
        const text = stateBefore.get({ project, kind, key, environment, revision: change.revision })?.after;
        return text === undefined || text === null ? null : parseDocument(text);
      });
      return { change, before };
    });
  });
}

/** One index serves it: the newest row of an item before a revision. */
function prepareStateBefore(queries: Queries) {
  return queries
    .select({ after: changeItems.after })
    .from(changeItems)
    .where(
      and(
        eq(changeItems.project, sql.placeholder("project")),
        eq(changeItems.kind, sql.placeholder("kind")),
        eq(changeItems.key, sql.placeholder("key")),
        eq(changeItems.environment, sql.placeholder("environment")),
        lt(changeItems.revision, sql.placeholder("revision")),
      ),
    )
    .orderBy(desc(changeItems.revision))
    .limit(1)
    .prepare();
}
