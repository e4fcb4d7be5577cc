/** Approvals in SQLite: each call is one short transaction. */
import { and, asc, count, desc, eq, gt, inArray, lt, lte, ne, or, type SQL } from "drizzle-orm";
import type { ApprovalFilter, ApprovalStep, ApprovalStore, StoredApproval } from "../approval-store.ts";
import { ClaimLost, type WorkClaim } from "../idempotency-store.ts";
import type { Queries, Run } from "./connection.ts";
import { isHeld } from "./idempotency.ts";
import { approvalEnvironments, idempotencyKeys, approvals as table } from "./schema.ts";

export function sqliteApprovals(run: Run): ApprovalStore {
  return {
    async add({ environments, ...row }, claim) {
      run((queries) =>
        queries.transaction(
          (write) => {
            if (claim !== undefined) completeClaim(write, claim);
            write.insert(table).values(row).run();
            const { project, id: approval } = row;
            const places = environments.map((environment) => ({ project, environment, approval }));
            if (places.length > 0) write.insert(approvalEnvironments).values(places).run();
          },
          { behavior: "immediate" },
        ),
      );
    },
    async find(project, id) {
      return run((queries) => {
        const row = queries.select().from(table).where(named({ project, id })).get();
        return row && withEnvironments(queries, project, [row])[0];
      });
    },
    async list(project, filter) {
      return run((queries) => {
        const rows = queries
          .select()
          .from(table)
          .where(
            and(eq(table.project, project), inPlace(queries, project, filter), hasStatus(filter), comesAfter(filter)),
          )
          .orderBy(desc(table.at), asc(table.id))
          .limit(filter.limit)
          .all();
        return withEnvironments(queries, project, rows);
      });
    },
    async waiting(project, now) {
      const which = and(eq(table.project, project), eq(table.status, "waiting"), gt(table.expiresAt, now));
      return run((queries) => queries.select({ rows: count() }).from(table).where(which).get()?.rows ?? 0);
    },
    async replace({ status, version, document, ...name }) {
      const set = { status, version, document };
      return run((queries) => queries.update(table).set(set).where(isWaiting(name, version)).run()).changes > 0;
    },
    async sweep(before) {
      const over = or(ne(table.status, "waiting"), lt(table.expiresAt, before));
      run((queries) =>
        queries
          .delete(table)
          .where(and(lt(table.at, before), over))
          .run(),
      );
    },
  };
}

type Name = Pick<StoredApproval, "project" | "id">;
type Write = Parameters<Parameters<Queries["transaction"]>[0]>[0];
type Row = typeof table.$inferSelect;

function named({ project, id }: Name): SQL | undefined {
  return and(eq(table.project, project), eq(table.id, id));
}

/** Whether it has the version before this one, and waits. */
function isWaiting(name: Name, version: ApprovalStep["version"]): SQL | undefined {
  return and(named(name), eq(table.version, version - 1), eq(table.status, "waiting"));
}

function inPlace(queries: Queries, project: string, { environment }: ApprovalFilter): SQL {
  const { project: owner, environment: place, approval } = approvalEnvironments;
  const there = queries
    .select({ approval })
    .from(approvalEnvironments)
    .where(and(eq(owner, project), eq(place, environment)));
  return inArray(table.id, there);
}

function hasStatus({ status, now }: ApprovalFilter): SQL | undefined {
  if (status === "all") return undefined;
  if (status === "waiting") return and(eq(table.status, "waiting"), gt(table.expiresAt, now));
  if (status === "expired") return and(eq(table.status, "waiting"), lte(table.expiresAt, now));
  return eq(table.status, status);
}

function comesAfter({ after }: ApprovalFilter): SQL | undefined {
  if (after === undefined) return undefined;
  return or(lt(table.at, after.at), and(eq(table.at, after.at), gt(table.id, after.id)));
}

function withEnvironments(queries: Queries, project: string, rows: readonly Row[]): readonly StoredApproval[] {
  const { project: owner, environment, approval } = approvalEnvironments;
  const ids = rows.map(({ id }) => id);
  const places = queries
    .select({ environment, approval })
    .from(approvalEnvironments)
    .where(and(eq(owner, project), inArray(approval, ids)))
    .orderBy(asc(environment))
    .all();
  return rows.map((row) => ({
    ...row,
    environments: places.filter((place) => place.approval === row.id).map((place) => place.environment),
  }));
}

/** Throws where it is another's by now, which undoes the whole. */
function completeClaim(write: Write, claim: WorkClaim): void {
  const set = { answer: claim.answer ?? null };
  const { changes } = write.update(idempotencyKeys).set(set).where(isHeld(claim)).run();
  if (changes === 0) throw new ClaimLost(claim);
}
