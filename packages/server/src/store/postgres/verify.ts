/** What of the database a verification reads. */
import { and, asc, between, eq } from "drizzle-orm";
import { noProject } from "../fault.ts";
import { type StrayRow, strayDocument, type VerifySource } from "../verify.ts";
import { postgresLists } from "./lists.ts";
import type { Pool } from "./pool.ts";
import { changeItems, changes, listChanges, projects } from "./schema.ts";

/** Comparing every document of a project with the items that made it may take a while. */
const STRAY_DEADLINE_MS = 60_000;

export function verifySource(pool: Pool, project: string): VerifySource {
  return {
    async end() {
      const find = eq(projects.key, project);
      const [row] = await pool.run(({ queries }) => queries.select().from(projects).where(find));
      if (row === undefined) throw noProject(project);
      return row;
    },
    changes: ({ from, to }) =>
      pool.run(({ queries }) => {
        const within = and(eq(changes.project, project), between(changes.revision, from, to));
        return queries.select().from(changes).where(within).orderBy(asc(changes.revision));
      }),
    items: ({ from, to }) =>
      pool.run(({ queries }) => {
        const within = and(eq(changeItems.project, project), between(changeItems.revision, from, to));
        const order = [asc(changeItems.revision), asc(changeItems.position)];
        return queries
          .select()
          .from(changeItems)
          .where(within)
          .orderBy(...order);
      }),
    lists: ({ from, to }) =>
      pool.run(({ queries }) => {
        const within = and(eq(listChanges.project, project), between(listChanges.revision, from, to));
        return queries.select().from(listChanges).where(within).orderBy(asc(listChanges.revision));
      }),
    rows: postgresLists(pool).rows,
    async stray() {
      const [row] = await pool.run(
        ({ queries }) => queries.execute<StrayRow & Record<string, unknown>>(strayDocument(project)),
        STRAY_DEADLINE_MS,
      );
      return row && { ...row, revision: Number(row.revision) };
    },
  };
}
