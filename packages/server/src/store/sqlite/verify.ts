/** What of the database a verification reads. */
import { and, asc, between, eq } from "drizzle-orm";
import { type StrayRow, strayDocument, type VerifySource } from "../verify.ts";
import type { Run } from "./connection.ts";
import { sqliteLists } from "./lists.ts";
import { changeItems, changes, listChanges, projects } from "./schema.ts";

export function verifySource(run: Run, project: string): VerifySource {
  return {
    end() {
      const row = run((queries) => queries.select().from(projects).where(eq(projects.key, project)).get());
      if (row === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
      return row;
    },
    changes: ({ from, to }) =>
      run((queries) => {
        const within = and(eq(changes.project, project), between(changes.revision, from, to));
        return queries.select().from(changes).where(within).orderBy(asc(changes.revision)).all();
      }),
    items: ({ from, to }) =>
      run((queries) => {
        const within = and(eq(changeItems.project, project), between(changeItems.revision, from, to));
        const order = [asc(changeItems.revision), asc(changeItems.position)];
        return queries
          .select()
          .from(changeItems)
          .where(within)
          .orderBy(...order)
          .all();
      }),
    lists: ({ from, to }) =>
      run((queries) => {
        const within = and(eq(listChanges.project, project), between(listChanges.revision, from, to));
        return queries.select().from(listChanges).where(within).orderBy(asc(listChanges.revision)).all();
      }),
    rows: sqliteLists(run).rows,
    stray: () => run((queries) => queries.get<StrayRow | undefined>(strayDocument(project))),
  };
}
