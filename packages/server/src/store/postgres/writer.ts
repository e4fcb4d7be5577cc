/**
 * A change is one statement, so it is there wholly or not at all, whatever becomes of the connection.
 *
 *     read where the chain stands ─► record and hash ─► UPDATE projects SET revision = revision + 1 … ─┐ one
 *                                                       └─► log, items, documents, views, digests,     │ statement
 *                                                           NOTIFY: only where the counter moved ◄─────┘
 *
 * The counter's row is locked first. Who waits for that lock has what it expects checked again once it is free, against
 * the row as it is by then; where the revision moved on, nothing at all happens, and no number is lost. So commits are
 * ordered by the lock, and revisions are gapless. Nothing happens either where the claim of the request was taken over;
 * its row is locked before the counter's, so that nobody can take it from then on.
 */
import { noProject, StoreFault } from "../fault.ts";
import { ClaimLost, type WorkClaim } from "../idempotency-store.ts";
import type { Change, CommitResult, UnitOfWork } from "../port.ts";
import { canonicalJson, writeRecord } from "../record.ts";
import { repeatedColumns } from "../rows.ts";
import type { Sql } from "./driver.ts";
import { isUncertain } from "./faults.ts";
import { isHeld } from "./idempotency.ts";
import type { Pool } from "./pool.ts";

/** Longer than a writer waits for the lock, so that the database is the one to give up. */
const COMMIT_DEADLINE_MS = 15_000;

interface ChainEnd {
  readonly revision: number;
  readonly head: string;
  readonly at: number;
}

export class Writer {
  readonly #pool: Pool;
  readonly #channel: string;

  /** Listeners on `channel` are told of each change. */
  constructor(pool: Pool, channel: string) {
    this.#pool = pool;
    this.#channel = channel;
  }

  async commit(work: UnitOfWork): Promise<CommitResult> {
    for (;;) {
      const end = await this.#chainEnd(work.project);
      const { expectedRevision: expected, expectedHead = end.head } = work;
      if (end.revision !== expected || end.head !== expectedHead) {
        return { ok: false, conflict: { expected, found: end.revision } };
      }
      if (work.claim !== undefined && !(await this.#isHeld(work.claim))) throw new ClaimLost(work.claim);
      const { text, change } = writeRecord(work, end);
      if (await this.#write(work, end, { text, change })) return { ok: true, change };
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

  /** Whether the counter still stood where the chain did, and the claim was held. */
  async #write(work: UnitOfWork, end: ChainEnd, record: Logged): Promise<boolean> {
    const rows = toRows(work, record);
    try {
      const moved = await this.#pool.run(
        ({ sql }) => insertChange(sql, { end, rows, channel: this.#channel, claim: work.claim, ...record }),
        COMMIT_DEADLINE_MS,
      );
      return moved.length === 1;
    } catch (error) {
      if (!(error instanceof StoreFault) || !isUncertain(error.cause)) throw error;
      if (await this.#isThere(record.change)) return true;
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

interface Logged {
  readonly change: Change;
  readonly text: string;
}

/** What a change writes beside its record, each list as JSON: a statement's form is the same however many there are. */
interface Rows {
  readonly items: string;
  readonly entities: string;
  readonly credentials: string;
  readonly lists: string;
  readonly viewFormat: number;
  /** Null where it stays. */
  readonly epoch: string | null;
}

function toRows(work: UnitOfWork, { change }: Logged): Rows {
  const items = change.items.map(({ after, ...name }, position) => {
    return { ...name, position, after: after === null ? null : canonicalJson(after) };
  });
  return {
    items: JSON.stringify(items),
    entities: JSON.stringify(entitiesOf(work)),
    credentials: JSON.stringify(work.credentials ?? []),
    lists: JSON.stringify((work.lists ?? []).map(({ list, difference, made }) => ({ list, difference, ...made }))),
    viewFormat: work.viewFormat,
    epoch: work.epoch ?? null,
  };
}

/** Each once; where one is both dropped and put, it is put. */
function entitiesOf({ views }: UnitOfWork): readonly object[] {
  const entities = new Map<string, object>();
  for (const { environment, class: viewClass, put, drop } of views) {
    const set = (names: typeof put, dropped: boolean): void => {
      for (const { kind, key } of names) {
        const id = JSON.stringify([environment, viewClass, kind, key]);
        entities.set(id, { environment, class: viewClass, kind, key, dropped });
      }
    };
    set(drop, true);
    set(put, false);
  }
  return [...entities.values()];
}

interface Insertion extends Logged {
  readonly end: ChainEnd;
  readonly rows: Rows;
  readonly channel: string;
  readonly claim: WorkClaim | undefined;
}

/** What stands for no claim, since a statement's form is the same with one and without. */
const NO_CLAIM: WorkClaim = { caller: "", key: "", holder: "" };

/** Answers with a row where the counter moved, with none where it stood elsewhere or the claim was lost. */
function insertChange(sql: Sql, { change, text, end, rows, channel, claim }: Insertion) {
  const { project, revision, hash } = change;
  const { at, actorType, actorId, actorName, action } = repeatedColumns(change);
  return sql`
    WITH held AS (
      SELECT FROM idempotency_keys WHERE ${isHeld(sql, claim ?? NO_CLAIM)} FOR UPDATE
    ), moved AS (
      UPDATE projects
      SET revision = revision + 1, head = ${hash}, at = ${at}, view_format = ${rows.viewFormat}
      WHERE key = ${project} AND revision = ${end.revision} AND head = ${end.head}
        AND (${claim === undefined}::boolean OR EXISTS (SELECT FROM held))
      RETURNING key AS project, revision
    ), logged AS (
      INSERT INTO changes (project, revision, at, actor_type, actor_id, actor_name, action, text, hash)
      SELECT project, revision, ${at}::bigint, ${actorType}, ${actorId}, ${actorName}, ${action}, ${text}, ${hash}
      FROM moved
    ), item AS (
      SELECT * FROM json_to_recordset(${rows.items}::text::json)
        AS item (kind text, key text, environment text, position integer, after text)
    ), logged_items AS (
      INSERT INTO change_items (project, kind, key, environment, revision, position, after)
      SELECT project, kind, item.key, environment, revision, position, after FROM moved, item
    ), dropped_documents AS (
      DELETE FROM documents USING moved, item
      WHERE item.after IS NULL AND documents.project = moved.project AND documents.kind = item.kind
        AND documents.key = item.key AND documents.environment = item.environment
    ), put_documents AS (
      INSERT INTO documents (project, kind, key, environment, revision, document)
      SELECT project, kind, item.key, environment, revision, after FROM moved, item WHERE after IS NOT NULL
      ON CONFLICT (project, kind, key, environment)
      DO UPDATE SET revision = excluded.revision, document = excluded.document
    ), put_entities AS (
      INSERT INTO view_entities (project, environment, class, kind, key, version, dropped)
      SELECT project, environment, class, kind, entity.key, revision, dropped
      FROM moved, json_to_recordset(${rows.entities}::text::json)
        AS entity (environment text, class text, kind text, key text, dropped boolean)
      ON CONFLICT (project, environment, class, kind, key)
      DO UPDATE SET version = excluded.version, dropped = excluded.dropped
    ), put_credentials AS (
      INSERT INTO credentials (id, project, digest)
      SELECT id, credential.project, digest
      FROM moved, json_to_recordset(${rows.credentials}::text::json)
        AS credential (id text, project text, digest text)
    ), list AS (
      SELECT * FROM json_to_recordset(${rows.lists}::text::json)
        AS list (list text, difference bigint, number bigint, secret text)
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
      UPDATE idempotency_keys SET answer = ${claim?.answer ?? null}
      FROM moved WHERE ${isHeld(sql, claim ?? NO_CLAIM)}
    )
    SELECT pg_notify(${channel}, ${`${project} ${revision}`}) FROM moved`;
}
