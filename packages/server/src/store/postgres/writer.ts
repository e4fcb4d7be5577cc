/**
 * A commit is one statement, so its changes are there wholly or not at all, whatever becomes of the connection.
 *
 *     read where the chain stands ─► records and hashes ─► UPDATE projects SET revision = … ─────────┐ one
 *                                                          └─► log, items, documents, views, digests, │ statement
 *                                                              NOTIFY: only where the counter moved ◄─┘
 *
 * The counter's row is locked first. Who waits for that lock has what it expects checked again once it is free, against
 * the row as it is by then; where the revision moved on, nothing at all happens, and no number is lost. So commits are
 * ordered by the lock, and revisions are gapless. Nothing happens either where the claim of a request was taken over, or
 * the approval that a change was does not wait any more; their rows are locked before the counter's, so that nobody can
 * take them from then on.
 */
import { ApprovalMoved, type WorkApproval } from "../approval-store.ts";
import { noProject, StoreFault } from "../fault.ts";
import { ClaimLost, type WorkClaim } from "../idempotency-store.ts";
import {
  type ChainEnd,
  newestDocuments,
  newestEntities,
  type Records,
  type Written,
  writeRecords,
} from "../one-chain.ts";
import type { Change, CommitResult, UnitOfWork } from "../port.ts";
import { canonicalJson } from "../record.ts";
import { repeatedColumns } from "../rows.ts";
import { isWaiting } from "./approvals.ts";
import type { Sql } from "./driver.ts";
import { isUncertain } from "./faults.ts";
import { isHeld } from "./idempotency.ts";
import type { Pool } from "./pool.ts";

/** Longer than a writer waits for the lock, so that the database is the one to give up. */
const COMMIT_DEADLINE_MS = 15_000;

export class Writer {
  readonly #pool: Pool;
  readonly #channel: string;

  /** Listeners on `channel` are told of each change. */
  constructor(pool: Pool, channel: string) {
    this.#pool = pool;
    this.#channel = channel;
  }

  async commit(works: readonly UnitOfWork[]): Promise<CommitResult> {
    const [first] = works;
    if (first === undefined) return { ok: true, changes: [] };
    const { project, expectedRevision: expected } = first;
    for (;;) {
      const end = await this.#chainEnd(project);
      if (end.revision !== expected || end.head !== (first.expectedHead ?? end.head)) {
        return { ok: false, conflict: { expected, found: end.revision } };
      }
      for (const { claim, closes } of works) {
        if (claim !== undefined && !(await this.#isHeld(claim))) throw new ClaimLost(claim);
        if (closes !== undefined && !(await this.#waits(project, closes))) throw new ApprovalMoved(closes);
      }
      const records = writeRecords(project, works, end);
      if (await this.#write(end, records)) {
        return { ok: true, changes: records.written.map(({ change }) => change) };
      }
    }
  }

  async #chainEnd(project: string): Promise<ChainEnd> {
    const [end] = await this.#pool.run(
      ({ sql }) => sql<{ revision: string; head: string; at: string }[]>`
        SELECT revision, head, at FROM projects WHERE key = ${project}`,
    );
    if (end === undefined) throw noProject(project);
    return { revision: Number(end.revision), head: end.head, at: Number(end.at) };
  }

  async #isHeld(claim: WorkClaim): Promise<boolean> {
    const found = await this.#pool.run(({ sql }) => sql`SELECT FROM idempotency_keys WHERE ${isHeld(sql, claim)}`);
    return found.length === 1;
  }

  async #waits(project: string, approval: WorkApproval): Promise<boolean> {
    const found = await this.#pool.run(
      ({ sql }) => sql`SELECT FROM approvals WHERE ${isWaiting(sql, project, approval)}`,
    );
    return found.length === 1;
  }

  /** Whether the counter still stood where the chain did, the claims were held, and the approvals waited. */
  async #write(end: ChainEnd, { written, after }: Records): Promise<boolean> {
    const rows = toRows(written);
    const newest = written.at(-1)?.change;
    if (newest === undefined) return true;
    const { project } = newest;
    try {
      const moved = await this.#pool.run(
        ({ sql }) => insertChanges(sql, { project, end, after, rows, channel: this.#channel }),
        COMMIT_DEADLINE_MS,
      );
      return moved.length === 1;
    } catch (error) {
      if (!(error instanceof StoreFault) || !isUncertain(error.cause)) throw error;
      if (await this.#isThere(newest)) return true;
      throw new StoreFault(
        "uncertain",
        "The connection to the database was lost in the middle of a commit. Look at the history before trying again.",
        { cause: error.cause },
      );
    }
  }

  /**
   * Asks over another connection, once whoever holds the counter has ended. It is there where its hash is, which its
   * request's id makes its own.
   */
  async #isThere({ project, revision, hash }: Change): Promise<boolean> {
    try {
      await this.#pool.run(({ sql }) => sql`SELECT FROM projects WHERE key = ${project} FOR NO KEY UPDATE`);
      const found = await this.#pool.run(
        ({ sql }) => sql`
          SELECT FROM changes WHERE project = ${project} AND revision = ${revision} AND hash = ${hash}`,
      );
      return found.length === 1;
    } catch {
      return false;
    }
  }
}

/** What changes write, each list as JSON: a statement's form is the same however many there are. */
interface Rows {
  readonly claims: string;
  readonly held: number;
  readonly closes: string;
  readonly closed: number;
  readonly changes: string;
  readonly items: string;
  /** As the last change of each leaves it. */
  readonly documents: string;
  readonly entities: string;
  readonly credentials: string;
  readonly lists: string;
  /** Null where it stays. */
  readonly epoch: string | null;
}

function toRows(written: readonly Written[]): Rows {
  const works = written.map(({ work }) => work);
  const claims = works.flatMap(({ claim }) => claim ?? []);
  const closes = works.flatMap(({ closes }) => closes ?? []);
  const epochs = works.flatMap(({ epoch }) => epoch ?? []);
  return {
    claims: JSON.stringify(claims),
    held: claims.length,
    closes: JSON.stringify(closes),
    closed: closes.length,
    changes: JSON.stringify(written.map(toChangeRow)),
    items: JSON.stringify(written.flatMap(toItemRows)),
    documents: JSON.stringify(newestDocuments(written).map(({ after, ...of }) => ({ ...of, document: asText(after) }))),
    entities: JSON.stringify(newestEntities(written)),
    credentials: JSON.stringify(works.flatMap(({ credentials = [] }) => credentials)),
    lists: JSON.stringify(written.flatMap(toListRows)),
    epoch: epochs.at(-1) ?? null,
  };
}

function toChangeRow({ change, text }: Written) {
  const { at, actorType, actorId, actorName, action } = repeatedColumns(change);
  const { revision, hash } = change;
  return { revision, at, actor_type: actorType, actor_id: actorId, actor_name: actorName, action, text, hash };
}

function toItemRows({ change }: Written) {
  const { revision } = change;
  return change.items.map(({ after, ...of }, position) => ({ ...of, revision, position, after: asText(after) }));
}

function toListRows({ work, change }: Written) {
  const { revision } = change;
  return (work.lists ?? []).map(({ list, difference, made }) => ({ list, difference, revision, ...made }));
}

function asText(after: unknown): string | null {
  return after === null ? null : canonicalJson(after);
}

interface Insertion {
  readonly project: string;
  readonly end: ChainEnd;
  readonly after: Records["after"];
  readonly rows: Rows;
  readonly channel: string;
}

/** Answers with a row where the counter moved, with none where it stood elsewhere, or a claim or an approval was lost. */
function insertChanges(sql: Sql, { project, end, after, rows, channel }: Insertion) {
  return sql`
    WITH claim AS (
      SELECT * FROM json_to_recordset(${rows.claims}::text::json)
        AS claim (caller text, key text, holder text, answer text)
    ), held AS (
      SELECT FROM idempotency_keys AS kept JOIN claim USING (caller, key, holder)
      WHERE kept.answer IS NULL FOR UPDATE OF kept
    ), closing AS (
      SELECT * FROM json_to_recordset(${rows.closes}::text::json)
        AS closing (id text, status text, version integer, document text)
    ), waiting AS (
      SELECT FROM approvals AS kept JOIN closing USING (id)
      WHERE kept.project = ${project} AND kept.version = closing.version - 1 AND kept.status = 'waiting'
      FOR UPDATE OF kept
    ), moved AS (
      UPDATE projects
      SET revision = ${after.revision}, head = ${after.head}, at = ${after.at}, view_format = ${after.viewFormat}
      WHERE key = ${project} AND revision = ${end.revision} AND head = ${end.head}
        AND (SELECT count(*) FROM held) = ${rows.held}
        AND (SELECT count(*) FROM waiting) = ${rows.closed}
      RETURNING key AS project
    ), logged AS (
      INSERT INTO changes (project, revision, at, actor_type, actor_id, actor_name, action, text, hash)
      SELECT project, revision, at, actor_type, actor_id, actor_name, action, text, hash
      FROM moved, json_to_recordset(${rows.changes}::text::json)
        AS change (revision bigint, at bigint, actor_type text, actor_id text, actor_name text, action text, text text,
          hash text)
    ), logged_items AS (
      INSERT INTO change_items (project, kind, key, environment, revision, position, after)
      SELECT project, kind, item.key, environment, revision, position, after
      FROM moved, json_to_recordset(${rows.items}::text::json)
        AS item (kind text, key text, environment text, revision bigint, position integer, after text)
    ), newest AS (
      SELECT * FROM json_to_recordset(${rows.documents}::text::json)
        AS newest (kind text, key text, environment text, revision bigint, document text)
    ), dropped_documents AS (
      DELETE FROM documents USING moved, newest
      WHERE newest.document IS NULL AND documents.project = moved.project AND documents.kind = newest.kind
        AND documents.key = newest.key AND documents.environment = newest.environment
    ), put_documents AS (
      INSERT INTO documents (project, kind, key, environment, revision, document)
      SELECT project, kind, newest.key, environment, revision, document
      FROM moved, newest WHERE document IS NOT NULL
      ON CONFLICT (project, kind, key, environment)
      DO UPDATE SET revision = excluded.revision, document = excluded.document
    ), put_entities AS (
      INSERT INTO view_entities (project, environment, class, kind, key, version, dropped)
      SELECT project, environment, class, kind, entity.key, version, dropped
      FROM moved, json_to_recordset(${rows.entities}::text::json)
        AS entity (environment text, class text, kind text, key text, version bigint, dropped boolean)
      ON CONFLICT (project, environment, class, kind, key)
      DO UPDATE SET version = excluded.version, dropped = excluded.dropped
    ), put_credentials AS (
      INSERT INTO credentials (id, project, digest)
      SELECT id, credential.project, digest
      FROM moved, json_to_recordset(${rows.credentials}::text::json)
        AS credential (id text, project text, digest text)
    ), list AS (
      SELECT * FROM json_to_recordset(${rows.lists}::text::json)
        AS list (list text, difference bigint, revision bigint, number bigint, secret text)
    ), put_lists AS (
      INSERT INTO lists (id, number, project, secret)
      SELECT list, number, project, secret FROM moved, list WHERE number IS NOT NULL
    ), put_list_changes AS (
      INSERT INTO list_changes (project, list, revision, difference)
      SELECT project, list, revision, difference FROM moved, list
    ), put_epoch AS (
      UPDATE installation SET epoch = ${rows.epoch} FROM moved WHERE ${rows.epoch}::text IS NOT NULL
    ), dropped_stages AS (
      DELETE FROM list_stages USING moved, list WHERE list_stages.difference = list.difference
    ), completed AS (
      UPDATE idempotency_keys AS kept SET answer = claim.answer
      FROM moved, claim
      WHERE kept.caller = claim.caller AND kept.key = claim.key AND kept.holder = claim.holder AND kept.answer IS NULL
    ), closed AS (
      UPDATE approvals AS kept SET status = closing.status, version = closing.version, document = closing.document
      FROM moved, closing
      WHERE kept.project = moved.project AND kept.id = closing.id AND kept.version = closing.version - 1
    )
    SELECT pg_notify(${channel}, ${`${project} ${after.revision}`}) FROM moved`;
}
