/** What webhooks need, in PostgreSQL, the same for every node: each call is one statement. */
import type { WebhookClaim, WebhookCursor, WebhookStep, WebhookStore, WebhookTerm } from "../webhook-store.ts";
import type { Sql } from "./driver.ts";
import type { Pool } from "./pool.ts";

export function postgresWebhooks(pool: Pool): WebhookStore {
  return {
    async secrets(webhook) {
      const [row] = await pool.run(
        ({ sql }) => sql<SecretsRow[]>`
          SELECT secret, previous, previous_until FROM webhook_endpoints WHERE webhook = ${webhook}`,
      );
      if (row === undefined) return undefined;
      const { secret, previous, previous_until: until } = row;
      return { secret, ...(previous === null ? {} : { previous: { secret: previous, until: Number(until) } }) };
    },
    async putSecrets(webhook, { secret, previous = null }) {
      await pool.run(
        ({ sql }) => sql`
          INSERT INTO webhook_endpoints (webhook, secret, previous, previous_until, held_until)
          VALUES (${webhook}, ${secret}, ${previous?.secret ?? null}, ${previous?.until ?? null}, 0)
          ON CONFLICT (webhook) DO UPDATE
          SET secret = excluded.secret, previous = excluded.previous, previous_until = excluded.previous_until`,
      );
    },
    async cursors(webhook) {
      const rows = await pool.run(
        ({ sql }) => sql<CursorRow[]>`
          SELECT * FROM webhook_cursors
          WHERE ${webhook === undefined ? sql`true` : sql`webhook = ${webhook}`} ORDER BY webhook, project`,
      );
      return rows.map(cursorOf);
    },
    async setCursors(cursors) {
      await pool.run(
        ({ sql }) => sql`
          INSERT INTO webhook_cursors SELECT * FROM ${recordsOf(sql, cursors)}
          ON CONFLICT (webhook, project) DO UPDATE SET ${assignments(sql)}`,
      );
    },
    async forgive(webhook) {
      await pool.run(
        ({ sql }) => sql`
          UPDATE webhook_cursors SET failures = 0, failing_since = NULL, due_at = 0 WHERE webhook = ${webhook}`,
      );
    },
    async claim(webhooks, term) {
      const [taken] = await pool.run(({ sql }) => takeFree(sql, webhooks, term));
      return taken?.webhook;
    },
    async advance(claim, step) {
      const [moved] = await pool.run(({ sql }) => move(sql, claim, step));
      return Number(moved?.count) > 0;
    },
    async release(claim) {
      await pool.run(
        ({ sql }) => sql`UPDATE webhook_endpoints SET holder = NULL, held_until = 0 WHERE ${isHeld(sql, claim)}`,
      );
    },
    async remove(webhook) {
      await pool.run(
        ({ sql }) => sql`
          WITH gone AS (DELETE FROM webhook_cursors WHERE webhook = ${webhook})
          DELETE FROM webhook_endpoints WHERE webhook = ${webhook}`,
      );
    },
  };
}

interface SecretsRow {
  readonly secret: string;
  readonly previous: string | null;
  readonly previous_until: string | null;
}

/** As the driver reads it: whole numbers of eight bytes are text. */
interface CursorRow {
  readonly webhook: string;
  readonly project: string;
  readonly epoch: string;
  readonly revision: string;
  readonly failures: string;
  readonly failing_since: string | null;
  readonly due_at: string;
  readonly last_at: string | null;
  readonly last_outcome: string | null;
}

function isHeld(sql: Sql, { webhook, holder }: WebhookClaim) {
  return sql`webhook = ${webhook} AND holder = ${holder}`;
}

/** Nodes that ask at once get different ones, and none waits for another. */
function takeFree(sql: Sql, webhooks: readonly string[], { holder, at, until }: WebhookTerm) {
  return sql<{ webhook: string }[]>`
    UPDATE webhook_endpoints SET holder = ${holder}, held_until = ${until}
    WHERE webhook = (
      SELECT webhook FROM webhook_endpoints
      WHERE webhook IN (SELECT json_array_elements_text(${JSON.stringify(webhooks)}::text::json)) AND held_until <= ${at}
      ORDER BY held_until LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING webhook`;
}

function move(sql: Sql, claim: WebhookClaim, { to, from, until }: WebhookStep) {
  const told = recordsOf(sql, [to]);
  const put =
    from === undefined
      ? sql`INSERT INTO webhook_cursors SELECT told.* FROM ${told}, held ON CONFLICT DO NOTHING RETURNING 1`
      : sql`
        UPDATE webhook_cursors AS found SET ${assignments(sql)}
        FROM ${recordsOf(sql, [to], "excluded")}, held
        WHERE found.webhook = ${to.webhook} AND found.project = ${to.project}
          AND found.epoch = ${from.epoch} AND found.revision = ${from.revision}
        RETURNING 1`;
  return sql<{ count: string }[]>`
    WITH held AS (
      SELECT 1 AS one FROM webhook_endpoints WHERE ${isHeld(sql, claim)} FOR UPDATE
    ), moved AS (${put}), renewed AS (
      UPDATE webhook_endpoints SET held_until = ${until} WHERE ${isHeld(sql, claim)} AND EXISTS (SELECT FROM moved)
    )
    SELECT count(*) FROM moved`;
}

/** In the order of the table's columns. */
function recordsOf(sql: Sql, cursors: readonly WebhookCursor[], name: "told" | "excluded" = "told") {
  const rows = cursors.map(({ failingSince, dueAt, last, ...cursor }) => ({
    ...cursor,
    failing_since: failingSince,
    due_at: dueAt,
    last_at: last?.at,
    last_outcome: last?.outcome,
  }));
  return sql`json_to_recordset(${JSON.stringify(rows)}::text::json) AS ${sql(name)} (
    webhook text, project text, epoch text, revision bigint, failures bigint, failing_since bigint, due_at bigint,
    last_at bigint, last_outcome text)`;
}

function assignments(sql: Sql) {
  return sql`
    epoch = excluded.epoch, revision = excluded.revision, failures = excluded.failures,
    failing_since = excluded.failing_since, due_at = excluded.due_at, last_at = excluded.last_at,
    last_outcome = excluded.last_outcome`;
}

function cursorOf({ webhook, project, epoch, ...row }: CursorRow): WebhookCursor {
  const last =
    row.last_at === null || row.last_outcome === null
      ? {}
      : { last: { at: Number(row.last_at), outcome: row.last_outcome } };
  return {
    webhook,
    project,
    epoch,
    revision: Number(row.revision),
    failures: Number(row.failures),
    ...(row.failing_since === null ? {} : { failingSince: Number(row.failing_since) }),
    dueAt: Number(row.due_at),
    ...last,
  };
}
