/** Approvals in PostgreSQL: each call is one statement, the same for every node. */
import type { ApprovalFilter, ApprovalStep, ApprovalStore, StoredApproval } from "../approval-store.ts";
import { ClaimLost, type WorkClaim } from "../idempotency-store.ts";
import type { Sql } from "./driver.ts";
import { isHeld, NO_CLAIM } from "./idempotency.ts";
import type { Pool } from "./pool.ts";

export function postgresApprovals(pool: Pool): ApprovalStore {
  return {
    async add(approval, claim) {
      const added = await pool.run(({ sql }) => insertApproval(sql, approval, claim));
      if (added.length === 0 && claim !== undefined) throw new ClaimLost(claim);
    },
    async find(project, id) {
      // A text of PostgreSQL holds no U+0000, so nothing bears such an id; to ask would be an error.
      if (id.includes("\0")) return undefined;
      const [found] = await pool.run(({ sql }) => select(sql, sql`project = ${project} AND id = ${id}`, 1));
      return found && fromRow(found);
    },
    async list(project, filter) {
      const rows = await pool.run(({ sql }) => {
        const place = sql`id IN (
          SELECT approval FROM approval_environments
          WHERE project = ${project} AND environment = ${filter.environment}
        )`;
        const which = sql`project = ${project} AND ${place} AND ${hasStatus(sql, filter)} AND ${comesAfter(sql, filter)}`;
        return select(sql, which, filter.limit);
      });
      return rows.map(fromRow);
    },
    async waiting(project, now) {
      const [found] = await pool.run(
        ({ sql }) => sql<{ rows: string }[]>`
          SELECT count(*) AS rows FROM approvals
          WHERE project = ${project} AND status = 'waiting' AND expires_at > ${now}`,
      );
      return Number(found?.rows ?? 0);
    },
    async replace({ project, ...step }) {
      const { status, version, document } = step;
      const written = await pool.run(
        ({ sql }) => sql`
          UPDATE approvals SET status = ${status}, version = ${version}, document = ${document}
          WHERE ${isWaiting(sql, project, step)}`,
      );
      return written.count > 0;
    },
    async sweep(before) {
      await pool.run(
        ({ sql }) => sql`
          DELETE FROM approvals WHERE at < ${before} AND (status <> 'waiting' OR expires_at < ${before})`,
      );
    },
  };
}

interface Row extends Omit<StoredApproval, "at" | "expiresAt" | "environments"> {
  readonly at: string;
  readonly expiresAt: string;
  /** JSON. */
  readonly environments: string;
}

/** Whether it has the version before this one, and waits. */
export function isWaiting(sql: Sql, project: string, { id, version }: Pick<ApprovalStep, "id" | "version">) {
  return sql`
    approvals.project = ${project} AND approvals.id = ${id} AND approvals.version = ${version - 1}
    AND approvals.status = 'waiting'`;
}

function select(sql: Sql, which: ReturnType<typeof isWaiting>, limit: number) {
  return sql<Row[]>`
    SELECT project, id, status, version, at, expires_at AS "expiresAt", document, (
      SELECT coalesce(json_agg(environment ORDER BY environment), '[]')::text FROM approval_environments place
      WHERE place.project = approvals.project AND place.approval = approvals.id
    ) AS environments
    FROM approvals WHERE ${which} ORDER BY at DESC, id LIMIT ${limit}`;
}

function fromRow({ at, expiresAt, environments, version, ...row }: Row): StoredApproval {
  return {
    ...row,
    version: Number(version),
    at: Number(at),
    expiresAt: Number(expiresAt),
    environments: JSON.parse(environments),
  };
}

function hasStatus(sql: Sql, { status, now }: ApprovalFilter) {
  if (status === "all") return sql`true`;
  if (status === "waiting") return sql`status = 'waiting' AND expires_at > ${now}`;
  if (status === "expired") return sql`status = 'waiting' AND expires_at <= ${now}`;
  return sql`status = ${status}`;
}

function comesAfter(sql: Sql, { after }: ApprovalFilter) {
  if (after === undefined) return sql`true`;
  return sql`(at < ${after.at} OR (at = ${after.at} AND id > ${after.id}))`;
}

/** Answers with a row where it was added, with none where the claim was lost. */
function insertApproval(sql: Sql, approval: StoredApproval, claim: WorkClaim | undefined) {
  const { project, id, status, version, at, expiresAt, document, environments } = approval;
  return sql`
    WITH completed AS (
      UPDATE idempotency_keys SET answer = ${claim?.answer ?? null}
      WHERE ${isHeld(sql, claim ?? NO_CLAIM)} RETURNING 1
    ), added AS (
      INSERT INTO approvals (project, id, status, version, at, expires_at, document)
      SELECT ${project}, ${id}, ${status}, ${version}::integer, ${at}::bigint, ${expiresAt}::bigint, ${document}
      WHERE ${claim === undefined}::boolean OR EXISTS (SELECT FROM completed)
      RETURNING project, id
    ), placed AS (
      INSERT INTO approval_environments (project, environment, approval)
      SELECT project, environment, id
      FROM added, json_array_elements_text(${JSON.stringify(environments)}::text::json) AS environment
    )
    SELECT FROM added`;
}
