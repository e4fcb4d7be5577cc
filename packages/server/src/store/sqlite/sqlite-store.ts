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
import { StoreFault } from "../fault.ts";
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
import { verifyProject } from "../verify.ts";
import { type Connection, connect, prepareFile, type Queries, requireDurability, toQueries } from "./connection.ts";
import { withFaults } from "./faults.ts";
import { type Lock, takeLock } from "./lock-file.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { readDocumentsAt, readRevisionAt } from "./past.ts";
import { followLog, listChanges, loadProject } from "./reader.ts";
import { credentials, installation, projects } from "./schema.ts";
import { verifySource } from "./verify.ts";
import { Writer } from "./writer.ts";

export interface SqliteStoreOptions {
  /** Path of the database; made where it is missing, its folder too. */
  readonly file: string;
  /** Epoch milliseconds, for the record of what migrations ran. */
  readonly at: number;
}

/**
 * Opens the database, and makes it ready where it is new. Rejects with a `StoreFault` where another process has it or
 * its disk does not do, with `SchemaTooNew` where a newer program made it.
 */
export async function openSqliteStore({ file, at }: SqliteStoreOptions): Promise<Store> {
  const path = resolve(file);
  prepareFile(path);
  const lock = takeLock(path);
  try {
    return withFaults(() => openLocked(path, { lock, at }));
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(path: string, { lock, at }: { readonly lock: Lock; readonly at: number }): Store {
  const connection = connect(path);
  try {
    migrate(connection, { migrations, at });
    const queries = toQueries(connection);
    const epoch = readyEpoch(queries);
    requireDurability(connection);
    return new SqliteStore({ connection, queries, epoch, lock });
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
}

class SqliteStore implements Store {
  readonly epoch: string;
  readonly #connection: Connection;
  readonly #queries: Queries;
  readonly #lock: Lock;
  readonly #writer: Writer;

  constructor({ connection, queries, epoch, lock }: Parts) {
    this.epoch = epoch;
    this.#connection = connection;
    this.#queries = queries;
    this.#lock = lock;
    this.#writer = new Writer(connection, queries);
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
    this.#run((queries) => queries.insert(projects).values(row).onConflictDoNothing().run());
  }

  async load(project: string): Promise<StoredProject> {
    return this.#run((queries) => loadProject(queries, project));
  }

  async commit(work: UnitOfWork): Promise<CommitResult> {
    return this.#run(() => this.#writer.commit(work));
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

  #run<T>(call: (queries: Queries) => T): T {
    if (!this.#connection.open) throw new StoreFault("unavailable", "The database is closed. Open it again.");
    return withFaults(() => call(this.#queries));
  }
}
