/**
 * What can be read of a project where pages of the database are damaged. The log holds every document in each of its
 * states, so the newest ones need not come from their own table:
 *
 *     documents ─ damaged? ─► change_items ─ damaged? ─► the texts of the log
 */
import { and, asc, eq, gt } from "drizzle-orm";
import { type ItemName, itemId } from "../../state/documents.ts";
import type { StoredDocument, StoredEntity, StoredProject } from "../port.ts";
import { tryReadRecord } from "../record.ts";
import { parseDocument } from "../rows.ts";
import type { Run } from "./connection.ts";
import { isDamage } from "./faults.ts";
import { readDocumentsAt } from "./past.ts";
import { loadProject } from "./reader.ts";
import { changes, documents, projects, viewEntities } from "./schema.ts";

const PAGE = 200;

/** A project as it is stored; where pages are damaged, as far as it can be read. */
export async function loadOrSalvage(run: Run, project: string): Promise<StoredProject> {
  try {
    return run((queries) => loadProject(queries, project));
  } catch (error) {
    if (!isDamage(error)) throw error;
    return salvageProject(run, project);
  }
}

/** Throws a `StoreFault` where too little is left: what the log says of the project, or where it ends. */
async function salvageProject(run: Run, project: string): Promise<StoredProject> {
  const head = run((queries) => queries.select().from(projects).where(eq(projects.key, project)).get());
  if (head === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
  const { revision } = head;
  const found = await firstReadable<readonly StoredDocument[]>([
    async () => newestDocuments(run, project),
    () => readDocumentsAt(run, { project, revision }),
    async () => replayed(run, project),
  ]);
  const entities = await firstReadable<readonly StoredEntity[] | undefined>([
    async () => storedEntities(run, project),
    async () => undefined,
  ]);
  return {
    ...head,
    documents: found,
    entities: entities ?? [],
    ...(entities === undefined ? { viewsLost: true } : {}),
  };
}

async function firstReadable<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  let damage: unknown;
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage = error;
    }
  }
  throw damage;
}

function newestDocuments(run: Run, project: string): readonly StoredDocument[] {
  const rows = run((queries) => queries.select().from(documents).where(eq(documents.project, project)).all());
  return rows.map(({ document, project: _, ...name }) => ({ ...name, document: parseDocument(document) }));
}

function storedEntities(run: Run, project: string): readonly StoredEntity[] {
  const rows = run((queries) => queries.select().from(viewEntities).where(eq(viewEntities.project, project)).all());
  return rows.map(({ project: _, ...entity }) => entity);
}

function replayed(run: Run, project: string): readonly StoredDocument[] {
  const newest = new Map<string, StoredDocument>();
  const put = ({ kind, key, environment }: ItemName, revision: number, document: unknown): void => {
    const name = { kind, key, environment };
    if (document === null) newest.delete(itemId(name));
    else newest.set(itemId(name), { ...name, revision, document });
  };
  for (let revision = 0; ; ) {
    const rows = run((queries) =>
      queries
        .select()
        .from(changes)
        .where(and(eq(changes.project, project), gt(changes.revision, revision)))
        .orderBy(asc(changes.revision))
        .limit(PAGE)
        .all(),
    );
    for (const row of rows) {
      for (const item of tryReadRecord(row.text)?.items ?? []) put(item, row.revision, item.after);
      revision = row.revision;
    }
    if (rows.length < PAGE) return [...newest.values()];
  }
}
