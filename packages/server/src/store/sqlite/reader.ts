/** What is read from the database: a project whole, stretches of its log, pages of its history. */
import { and, asc, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { ItemKind } from "../../state/documents.ts";
import { StoreFault } from "../fault.ts";
import { asksForItem } from "../filter.ts";
import type { Change, ChangeFilter, ChangeWithBefore, StoredProject, Stretch } from "../port.ts";
import { chainHash, tryReadRecord } from "../record.ts";
import type { Queries } from "./connection.ts";
import { changeItems, changes, documents, projects, viewEntities } from "./schema.ts";

type ChangeRow = typeof changes.$inferSelect;

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
        return { kind, key, environment, revision, document: parse(document) };
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
    let previous = continues ?? "";
    return {
      continues,
      changes: rows.map((row) => {
        const change = toFollowed(row, previous);
        previous = row.hash;
        return change;
      }),
    };
  });
}

/** Newest first. A row whose text was made unreadable is listed by its columns, without items. */
export function listChanges(queries: Queries, project: string, filter: ChangeFilter): readonly ChangeWithBefore[] {
  return queries.transaction(() => {
    const stateBefore = prepareStateBefore(queries);
    const rows = queries
      .select()
      .from(changes)
      .where(conditions(queries, project, filter))
      .orderBy(desc(changes.revision))
      .limit(filter.limit)
      .all();
    return rows.map((row) => {
      const change = toListed(row);
      const before = change.items.map(({ kind, key, environment }) => {
        const text = stateBefore.get({ project, kind, key, environment, revision: change.revision })?.after;
        return text === undefined || text === null ? null : parse(text);
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

function conditions(queries: Queries, project: string, filter: ChangeFilter): SQL | undefined {
  const { actor, sinceRevision, untilRevision, before, sinceAt, untilAt } = filter;
  return and(
    eq(changes.project, project),
    actor === undefined ? undefined : or(eq(changes.actorId, actor), eq(changes.actorName, actor)),
    sinceRevision === undefined ? undefined : gt(changes.revision, sinceRevision),
    untilRevision === undefined ? undefined : lte(changes.revision, untilRevision),
    before === undefined ? undefined : lt(changes.revision, before),
    sinceAt === undefined ? undefined : gte(changes.at, sinceAt),
    untilAt === undefined ? undefined : lte(changes.at, untilAt),
    asksForItem(filter) ? inArray(changes.revision, revisionsTouching(queries, project, filter)) : undefined,
  );
}

function revisionsTouching(queries: Queries, project: string, { flag, segment, environment }: ChangeFilter) {
  const named = (kinds: readonly ItemKind[], key: string): SQL | undefined =>
    and(inArray(changeItems.kind, [...kinds]), eq(changeItems.key, key));
  return queries
    .select({ revision: changeItems.revision })
    .from(changeItems)
    .where(
      and(
        eq(changeItems.project, project),
        flag === undefined ? undefined : named(["flag", "targeting"], flag),
        segment === undefined ? undefined : named(["segment"], segment),
        environment === undefined
          ? undefined
          : or(eq(changeItems.environment, environment), named(["environment"], environment)),
      ),
    );
}

function toFollowed({ project, revision, text, hash }: ChangeRow, previous: string): Change {
  const record = chainHash(previous, text) === hash ? tryReadRecord(text) : undefined;
  if (record !== undefined) return { ...record, hash };
  throw new StoreFault(
    "corrupt",
    `Change ${revision} of project ${project} was altered in the database, so nothing after it is taken from there. ` +
      "Verify the project's history, and restore a backup.",
  );
}

function toListed(row: ChangeRow): Change {
  const { project, revision, at, actorType, actorId, actorName, action, hash } = row;
  const actor = { type: actorType, id: actorId, name: actorName };
  return { ...(tryReadRecord(row.text) ?? { project, revision, at, actor, action, items: [] }), hash };
}

/** `undefined` where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
