/** The one transaction that writes: units of work, all of them whole or nothing at all. */
import { SqliteError } from "better-sqlite3";
import { and, eq, isNull, sql } from "drizzle-orm";
import { ApprovalMoved, type WorkApproval } from "../approval-store.ts";
import { noProject } from "../fault.ts";
import { ClaimLost, type WorkClaim } from "../idempotency-store.ts";
import type { ListWork } from "../list-store.ts";
import { type ChainEnd, newestDocuments, newestEntities, type Written, writeRecords } from "../one-chain.ts";
import type { Change, CommitResult, UnitOfWork } from "../port.ts";
import { canonicalJson } from "../record.ts";
import { repeatedColumns } from "../rows.ts";
import type { Connection, Queries } from "./connection.ts";
import {
  approvals,
  changeItems,
  changes,
  credentials,
  documents,
  idempotencyKeys,
  installation,
  listChanges,
  listStages,
  lists,
  projects,
  viewEntities,
} from "./schema.ts";

export class Writer {
  readonly #commit: (works: readonly UnitOfWork[]) => CommitResult;
  readonly #touch: () => void;
  readonly #statements: Statements;

  constructor(connection: Connection, queries: Queries) {
    this.#statements = prepare(queries);
    this.#commit = connection.transaction((works: readonly UnitOfWork[]) => this.#write(works)).immediate;
    // A page that ends as it began is written for all that, where it was another one in between.
    this.#touch = connection.transaction(() => {
      connection.exec("UPDATE installation SET epoch = epoch || ' '; UPDATE installation SET epoch = trim(epoch)");
    }).immediate;
  }

  commit(works: readonly UnitOfWork[]): CommitResult {
    try {
      return this.#commit(works);
    } catch (error) {
      if (hasFailedDisk(error)) this.#paintOver();
      throw error;
    }
  }

  /**
   * A commit that the disk failed to keep lies whole in the write-ahead log, and whoever opened the file after this
   * process was killed would find it made. What is written next takes its place.
   */
  #paintOver(): void {
    try {
      this.#touch();
    } catch {
      // Where the disk still fails, this was written all the same, and is no more there than what it took the place of.
    }
  }

  #write(works: readonly UnitOfWork[]): CommitResult {
    const [first] = works;
    if (first === undefined) return { ok: true, changes: [] };
    const { project, expectedRevision: expected } = first;
    const end = this.#chainEnd(project);
    if (end.revision !== expected || end.head !== (first.expectedHead ?? end.head)) {
      return { ok: false, conflict: { expected, found: end.revision } };
    }
    const { written, after } = writeRecords(project, works, end);
    for (const each of written) this.#writeOne(each);
    this.#putDocuments(project, written);
    this.#putEntities(project, written);
    this.#statements.moveCounter.run({ project, ...after });
    return { ok: true, changes: written.map(({ change }) => change) };
  }

  #chainEnd(project: string): ChainEnd {
    const end = this.#statements.chainEnd.get({ project });
    if (end === undefined) throw noProject(project);
    return end;
  }

  /** What is kept of every change, also where the next one writes over what it leaves. */
  #writeOne({ work, change, text }: Written): void {
    this.#log(change, text);
    for (const { id, digest, project } of work.credentials ?? []) {
      this.#statements.putCredential.run({ id, digest, project });
    }
    for (const list of work.lists ?? []) this.#putList(list, change);
    if (work.claim !== undefined) this.#completeClaim(work.claim);
    if (work.closes !== undefined) this.#applyApproval(work.project, work.closes);
    if (work.epoch !== undefined) this.#statements.setEpoch.run({ epoch: work.epoch });
  }

  #log(change: Change, text: string): void {
    const { project, revision, hash } = change;
    this.#statements.insertChange.run({ project, revision, ...repeatedColumns(change), text, hash });
    for (const [position, { kind, key, environment, after }] of change.items.entries()) {
      const json = after === null ? null : canonicalJson(after);
      this.#statements.insertItem.run({ project, kind, key, environment, revision, position, after: json });
    }
  }

  #putDocuments(project: string, written: readonly Written[]): void {
    for (const { kind, key, environment, after, revision } of newestDocuments(written)) {
      const name = { project, kind, key, environment };
      if (after === null) this.#statements.dropDocument.run(name);
      else this.#statements.putDocument.run({ ...name, revision, document: canonicalJson(after) });
    }
  }

  #putEntities(project: string, written: readonly Written[]): void {
    for (const entity of newestEntities(written)) this.#statements.putEntity.run({ project, ...entity });
  }

  #putList({ list, difference, made }: ListWork, { project, revision }: Change): void {
    if (made !== undefined) this.#statements.insertList.run({ id: list, project, ...made });
    this.#statements.insertListChange.run({ project, list, revision, difference });
    this.#statements.dropStage.run({ difference });
  }

  /** Throws where it is another's by now, which undoes the whole. */
  #completeClaim(claim: WorkClaim): void {
    const { caller, key, holder, answer = null } = claim;
    const { changes: held } = this.#statements.completeClaim.run({ caller, key, holder, answer });
    if (held === 0) throw new ClaimLost(claim);
  }

  /** As `#completeClaim`, where it does not wait any more. */
  #applyApproval(project: string, approval: WorkApproval): void {
    const { id, status, version, document } = approval;
    const step = { project, id, status, version, before: version - 1, document };
    if (this.#statements.applyApproval.run(step).changes === 0) throw new ApprovalMoved(approval);
  }
}

function hasFailedDisk(error: unknown): boolean {
  const cause = error instanceof SqliteError ? error : error instanceof Error ? error.cause : undefined;
  return cause instanceof SqliteError && cause.code.startsWith("SQLITE_IOERR");
}

type Statements = ReturnType<typeof prepare>;

function prepare(queries: Queries) {
  const value = sql.placeholder;
  const itemName = {
    project: value("project"),
    kind: value("kind"),
    key: value("key"),
    environment: value("environment"),
  };
  return {
    chainEnd: queries
      .select({ revision: projects.revision, head: projects.head, at: projects.at })
      .from(projects)
      .where(eq(projects.key, value("project")))
      .prepare(),
    moveCounter: queries
      .update(projects)
      .set({
        revision: sql`${value("revision")}`,
        head: sql`${value("head")}`,
        at: sql`${value("at")}`,
        viewFormat: sql`${value("viewFormat")}`,
      })
      .where(eq(projects.key, value("project")))
      .prepare(),
    setEpoch: queries
      .update(installation)
      .set({ epoch: sql`${value("epoch")}` })
      .prepare(),
    insertChange: queries
      .insert(changes)
      .values({
        project: value("project"),
        revision: value("revision"),
        at: value("at"),
        actorType: value("actorType"),
        actorId: value("actorId"),
        actorName: value("actorName"),
        action: value("action"),
        text: value("text"),
        hash: value("hash"),
      })
      .prepare(),
    insertItem: queries
      .insert(changeItems)
      .values({ ...itemName, revision: value("revision"), position: value("position"), after: value("after") })
      .prepare(),
    putDocument: queries
      .insert(documents)
      .values({ ...itemName, revision: value("revision"), document: value("document") })
      .onConflictDoUpdate({
        target: [documents.project, documents.kind, documents.key, documents.environment],
        set: { revision: sql`excluded.revision`, document: sql`excluded.document` },
      })
      .prepare(),
    dropDocument: queries
      .delete(documents)
      .where(
        and(
          eq(documents.project, value("project")),
          eq(documents.kind, value("kind")),
          eq(documents.key, value("key")),
          eq(documents.environment, value("environment")),
        ),
      )
      .prepare(),
    putEntity: queries
      .insert(viewEntities)
      .values({
        project: value("project"),
        environment: value("environment"),
        class: value("class"),
        kind: value("kind"),
        key: value("key"),
        version: value("version"),
        dropped: value("dropped"),
      })
      .onConflictDoUpdate({
        target: [
          viewEntities.project,
          viewEntities.environment,
          viewEntities.class,
          viewEntities.kind,
          viewEntities.key,
        ],
        set: { version: sql`excluded.version`, dropped: sql`excluded.dropped` },
      })
      .prepare(),
    insertList: queries
      .insert(lists)
      .values({ id: value("id"), number: value("number"), project: value("project"), secret: value("secret") })
      .prepare(),
    insertListChange: queries
      .insert(listChanges)
      .values({
        project: value("project"),
        list: value("list"),
        revision: value("revision"),
        difference: value("difference"),
      })
      .prepare(),
    dropStage: queries
      .delete(listStages)
      .where(eq(listStages.difference, value("difference")))
      .prepare(),
    completeClaim: queries
      .update(idempotencyKeys)
      .set({ answer: sql`${value("answer")}` })
      .where(
        and(
          eq(idempotencyKeys.caller, value("caller")),
          eq(idempotencyKeys.key, value("key")),
          eq(idempotencyKeys.holder, value("holder")),
          isNull(idempotencyKeys.answer),
        ),
      )
      .prepare(),
    applyApproval: queries
      .update(approvals)
      .set({ status: sql`${value("status")}`, version: sql`${value("version")}`, document: sql`${value("document")}` })
      .where(
        and(
          eq(approvals.project, value("project")),
          eq(approvals.id, value("id")),
          eq(approvals.version, value("before")),
          eq(approvals.status, "waiting"),
        ),
      )
      .prepare(),
    putCredential: queries
      .insert(credentials)
      .values({ id: value("id"), project: value("project"), digest: value("digest") })
      .prepare(),
  };
}
