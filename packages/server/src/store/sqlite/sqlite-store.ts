/**
 * The store in one SQLite file, for one process at a time.
 *
 *     openSqliteStore ─► lock file ─► settings ─► migrations ─► epoch (a first write) ─► durability read back
 *
 * Calls are synchronous inside, so two of them never interleave; each is one transaction. A commit returns only when
 * its bytes are on the disk, which stops the event loop for about as long as the disk takes.
 */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { eq, sql } from "drizzle-orm";
import type { ApprovalStore } from "../approval-store.ts";
import type { EvidenceStore } from "../evidence-store.ts";
import { StoreFault } from "../fault.ts";
import type { IdempotencyStore } from "../idempotency-store.ts";
import type { ListStore } from "../list-store.ts";
import type { Migrated } from "../migration.ts";
import type {
  ChainVerdict,
  ChangeFilter,
  ChangeWithBefore,
  CommitResult,
  CredentialDigest,
  Store,
  StoredDocument,
  StoredProject,
  Stretch,
  UnitOfWork,
} from "../port.ts";
import type { UsageStore } from "../usage-store.ts";
import type { UseStore } from "../use-store.ts";
import { verifyProject } from "../verify.ts";
import type { WebhookStore } from "../webhook-store.ts";
import { sqliteApprovals } from "./approvals.ts";
import { type Connection, connect, prepareFile, type Queries, requireDurability, toQueries } from "./connection.ts";
import { sqliteEvidence } from "./evidence.ts";
import { damaged, isDamage, isWriteRefused, removed, withFaults } from "./faults.ts";
import { sqliteIdempotency } from "./idempotency.ts";
import { watchPlaces } from "./in-place.ts";
import { sqliteLists } from "./lists.ts";
import { type Lock, takeLock } from "./lock-file.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { readDocumentsAt, readRevisionAt } from "./past.ts";
import { quickCheck } from "./quick-check.ts";
import { followLog, listChanges } from "./reader.ts";
import { loadOrSalvage } from "./salvage.ts";
import { credentials, installation, projects } from "./schema.ts";
import { sqliteUsage } from "./usage.ts";
import { sqliteUses } from "./uses.ts";
import { verifySource } from "./verify.ts";
import { sqliteWebhooks } from "./webhooks.ts";
import { Writer } from "./writer.ts";

export interface SqliteStoreOptions {
  /** Path of the database; made where it is missing, its folder too. */
  readonly file: string;
  /** Epoch milliseconds, for the record of what migrations ran. */
  readonly at: number;
  /** Unless it is false each commit waits for the disk; for a draft that is put on the disk as a whole. */
  readonly durable?: boolean;
}

/**
 * Opens the database, and makes it ready where it is new. Rejects with a `StoreFault` where another process has it or
 * its disk does not do, with `SchemaTooNew` where a newer program made it.
 */
export async function openSqliteStore({ file, at, durable = true }: SqliteStoreOptions): Promise<Store> {
  const path = resolve(file);
  const lock = withFaults(() => {
    prepareFile(path);
    return takeLock(path);
  });
  try {
    return withFaults(() => openLocked(path, { lock, at, durable }));
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Migrates a database that no server may use, and does nothing else to it. Throws as `openSqliteStore` rejects. */
export function migrateSqlite({ file, at }: Pick<SqliteStoreOptions, "file" | "at">): Migrated {
  const path = resolve(file);
  const lock = withFaults(() => takeLock(path));
  try {
    return withFaults(() => {
      const connection = connect(path);
      try {
        return migrate(connection, { migrations, at });
      } finally {
        connection.close();
      }
    });
  } finally {
    lock.release();
  }
}

interface Opening extends Required<Pick<SqliteStoreOptions, "at" | "durable">> {
  readonly lock: Lock;
}

function openLocked(path: string, { lock, at, durable }: Opening): Store {
  const connection = connect(path);
  try {
    migrate(connection, { migrations, at });
    const queries = toQueries(connection);
    const epoch = readyEpoch(queries);
    if (durable) requireDurability(connection);
    else connection.pragma("synchronous = OFF");
    return new SqliteStore({ connection, queries, epoch, lock, misplaced: watchPlaces(path) });
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Reads the epoch, made here where the database is new. Writes in either case: what follows asks how it was written. */
function readyEpoch(queries: Queries): string {
  const { epoch } = queries
    .insert(installation)
    .values({ id: 1, epoch: randomUUID() })
    .onConflictDoUpdate({ target: installation.id, set: { epoch: sql`${installation.epoch}` } })
    .returning()
    .get();
  return epoch;
}

interface Parts {
  readonly connection: Connection;
  readonly queries: Queries;
  readonly epoch: string;
  readonly lock: Lock;
  /** A file of the database that is not in its place any more. */
  readonly misplaced: () => string | undefined;
}

class SqliteStore implements Store {
  readonly epoch: string;
  readonly lists: ListStore;
  readonly usage: UsageStore;
  readonly evidence: EvidenceStore;
  readonly idempotency: IdempotencyStore;
  readonly approvals: ApprovalStore;
  readonly webhooks: WebhookStore;
  readonly uses: UseStore;
  readonly #connection: Connection;
  readonly #queries: Queries;
  readonly #lock: Lock;
  readonly #writer: Writer;
  readonly #misplaced: Parts["misplaced"];
  /** Why nothing is written any more. */
  #damage: StoreFault | undefined;

  constructor({ connection, queries, epoch, lock, misplaced }: Parts) {
    this.epoch = epoch;
    this.#connection = connection;
    this.#queries = queries;
    this.#lock = lock;
    this.#misplaced = misplaced;
    this.#writer = new Writer(connection, queries);
    this.lists = sqliteLists((call) => this.#run(call));
    this.usage = sqliteUsage((call) => this.#run(call));
    this.evidence = sqliteEvidence((call) => this.#run(call));
    this.idempotency = sqliteIdempotency((call) => this.#run(call));
    this.approvals = sqliteApprovals((call) => this.#run(call));
    this.webhooks = sqliteWebhooks((call) => this.#run(call));
    this.uses = sqliteUses((call) => this.#run(call));
  }

  async readEpoch(): Promise<string> {
    const row = this.#run((queries) => queries.select().from(installation).get());
    if (row === undefined) throw new StoreFault("corrupt", "The database has lost its epoch. Restore a backup.");
    return row.epoch;
  }

  async projects(): Promise<readonly string[]> {
    return this.#run((queries) =>
      queries
        .select()
        .from(projects)
        .orderBy(projects.key)
        .all()
        .map(({ key }) => key),
    );
  }

  async addProject(key: string): Promise<void> {
    const row = { key, revision: 0, head: "", at: 0, viewFormat: 0 };
    if (this.#damage !== undefined && (await this.projects()).includes(key)) return;
    this.#run((queries) => queries.insert(projects).values(row).onConflictDoNothing().run());
  }

  async load(project: string): Promise<StoredProject> {
    return loadOrSalvage((call) => this.#run(call), project);
  }

  async commit(...works: UnitOfWork[]): Promise<CommitResult> {
    return this.#run(() => this.#writer.commit(works));
  }

  async revision(project: string): Promise<number> {
    const row = this.#run((queries) => queries.select().from(projects).where(eq(projects.key, project)).get());
    if (row === undefined) throw new Error(`There is no project ${project} in this database. Add it first.`);
    return row.revision;
  }

  async follow(project: string, revision: number, limit: number): Promise<Stretch> {
    return this.#run((queries) => followLog(queries, { project, revision, limit }));
  }

  async changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]> {
    return this.#run((queries) => listChanges(queries, project, filter));
  }

  async documentsAt(project: string, revision: number, environment?: string): Promise<readonly StoredDocument[]> {
    return readDocumentsAt((call) => this.#run(call), { project, revision, environment });
  }

  async revisionAt(project: string, at: number): Promise<number> {
    return this.#run((queries) => readRevisionAt(queries, project, at));
  }

  async verify(project: string): Promise<ChainVerdict> {
    return verifyProject(
      project,
      verifySource((call) => this.#run(call), project),
    );
  }

  async digests(): Promise<readonly CredentialDigest[]> {
    return this.#run((queries) => queries.select().from(credentials).all());
  }

  async digest(id: string): Promise<CredentialDigest | undefined> {
    return this.#run((queries) => queries.select().from(credentials).where(eq(credentials.id, id)).get());
  }

  async close(): Promise<void> {
    if (!this.#connection.open) return;
    // Closing the last connection moves the write-ahead log into the database and removes it.
    this.#connection.close();
    this.#lock.release();
  }

  async inspect(): Promise<StoreFault | undefined> {
    const found = await quickCheck(this.#connection.name);
    if (found !== undefined && this.#connection.open) this.#stopWriting(damaged(this.#connection.name, found));
    return this.#damage;
  }

  #run<T>(call: (queries: Queries) => T): T {
    if (!this.#connection.open) throw new StoreFault("unavailable", "The database is closed. Open it again.");
    try {
      return withFaults(() => {
        const file = this.#damage === undefined ? this.#misplaced() : undefined;
        if (file !== undefined) this.#stopWriting(removed(file));
        return call(this.#queries);
      });
    } catch (error) {
      // What was written to a file with a damaged page might be lost in it.
      if (isDamage(error)) this.#stopWriting(damaged(this.#connection.name, error.message));
      throw this.#damage !== undefined && isWriteRefused(error) ? this.#damage : error;
    }
  }

  #stopWriting(damage: StoreFault): void {
    this.#damage ??= damage;
    this.#connection.pragma("query_only = ON");
  }
}
