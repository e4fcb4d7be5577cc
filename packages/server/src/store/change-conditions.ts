/** What a filter means to a database, whichever it is; `filter.ts` says the same of changes in memory. */
import { and, type Column, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { ItemKind } from "../state/documents.ts";
import { asksForItem } from "./filter.ts";
import type { ChangeFilter } from "./port.ts";
import { columnText } from "./rows.ts";

/** The log's tables, by the columns that filters ask for. */
export interface LogTables {
  readonly changes: { readonly [K in "project" | "revision" | "at" | "actorId" | "actorName"]: Column };
  readonly changeItems: { readonly [K in "project" | "revision" | "kind" | "key" | "environment"]: Column };
}

export function changeConditions(tables: LogTables, project: string, filter: ChangeFilter): SQL | undefined {
  const { changes } = tables;
  const { sinceRevision, untilRevision, before, sinceAt, untilAt } = filter;
  const actor = filter.actor === undefined ? undefined : columnText(filter.actor);
  return and(
    eq(changes.project, project),
    actor === undefined ? undefined : or(eq(changes.actorId, actor), eq(changes.actorName, actor)),
    sinceRevision === undefined ? undefined : gt(changes.revision, sinceRevision),
    untilRevision === undefined ? undefined : lte(changes.revision, untilRevision),
    before === undefined ? undefined : lt(changes.revision, before),
    sinceAt === undefined ? undefined : gte(changes.at, sinceAt),
    untilAt === undefined ? undefined : lte(changes.at, untilAt),
    asksForItem(filter) ? touches(tables, project, filter) : undefined,
  );
}

/**
 * The revisions that touched what is asked for. Each way to touch it is looked up by itself, since no database finds an index
 * for one way or another: by a flag's name that took 300 ms of a million changes, and takes 3.
 */
function touches({ changes, changeItems: item }: LogTables, project: string, filter: ChangeFilter): SQL {
  const { flag, segment, environment } = filter;
  const named = (kinds: readonly ItemKind[], key: string): SQL | undefined =>
    and(inArray(item.kind, [...kinds]), eq(item.key, columnText(key)));
  const waysTo: readonly (readonly (SQL | undefined)[])[] = [
    flag === undefined ? [undefined] : [named(["flag", "targeting", "release"], flag), scheduleOf(item, flag)],
    segment === undefined ? [undefined] : [named(["segment"], segment)],
    environment === undefined
      ? [undefined]
      : [eq(item.environment, columnText(environment)), named(["environment"], environment)],
  ];
  const ways = waysTo.reduce<readonly (SQL | undefined)[]>(
    (before, more) => before.flatMap((one) => more.map((other) => and(one, other))),
    [eq(item.project, project)],
  );
  const found = ways.map((way) => sql`SELECT ${item.revision} FROM ${item.revision.table} WHERE ${way}`);
  return sql`${changes.revision} IN (${sql.join(found, sql` UNION ALL `)})`;
}

/** A schedule's key begins with its flag's. */
function scheduleOf({ kind, key }: LogTables["changeItems"], flag: string): SQL | undefined {
  const prefix = columnText(`${flag}/`);
  return and(eq(kind, "schedule"), sql`substr(${key}, 1, ${prefix.length}) = ${prefix}`);
}
