/**
 * The store in PostgreSQL, for as many processes as there are.
 *
 *     openPostgresStore ─► settings asked for ─► migrations ─► epoch ─► store
 *     reads, commits ─► Pool                    other nodes' changes ◄─ watch ◄─ LISTEN, and a question every 2 s
 *
 * A commit returns only when the database has it on its disk (and on its standbys', where it is set up so).
 */
import { randomUUID } from "node:crypto";
import { eq, sql as raw } from "drizzle-orm";
import type { ApprovalStore } from "../approval-store.ts";
import type { EvidenceStore } from "../evidence-store.ts";
import { StoreFault } from "../fault.ts";
import type { IdempotencyStore } from "../idempotency-store.ts";
import type { ListStore } from "../list-store.ts";
import type { Migrated } from "../migration.ts";
import type { NodeStore } from "../node-store.ts";
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
  Watcher,
} from "../port.ts";
import { columnText } from "../rows.ts";
import type { UsageStore } from "../usage-store.ts";
import type { UseStore } from "../use-store.ts";
import { verifyProject } from "../verify.ts";
import type { WebhookStore } from "../webhook-store.ts";
import { postgresApprovals } from "./approvals.ts";
import type { Driver } from "./driver.ts";
import { postgresEvidence } from "./evidence.ts";
import { codeOf, isConnectionFault } from "./faults.ts";
import { postgresIdempotency } from "./idempotency.ts";
import { postgresLists } from "./lists.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { postgresNodes } from "./nodes.ts";
import { Pool } from "./pool.ts";
import { followLog, listChanges, loadProject, readDocumentsAt, readRevision, readRevisionAt } from "./reader.ts";
import { credentials, installation, projects } from "./schema.ts";
import { postgresUsage } from "./usage.ts";
import { postgresUses } from "./uses.ts";
import { verifySource } from "./verify.ts";
import { watch } from "./watch.ts";
import { postgresWebhooks } from "./webhooks.ts";
import { Writer } from "./writer.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`. Appears in no error and no log. */
  readonly url: string;
  /** Epoch milliseconds, for the record of what migrations ran. */
  readonly at: number;
  /** Where the tables are, an identifier in lower case; the user's own search path unless named. */
  readonly schema?: string;
  /** Off where nothing can be listened to, as through a pooler by transaction: other nodes' changes then take up to 2 s. */
  readonly notifications?: boolean;
  /** Unless it is false each commit waits for the disk; for a draft that is made durable as a whole. */
  readonly durable?: boolean;
}

/** Long enough for all of a large installation. */
const LOAD_DEADLINE_MS = 60_000;

/**
 * Connects to the database, and makes it ready where it is new. Rejects with a `StoreFault` where it cannot be had or
 * its settings do not do, with `SchemaTooNew` where a newer program made it.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { at, schema, notifications = true, durable = true } = options;
  const url = durable ? options.url : withoutWaiting(options.url);
  const pool = new Pool({ url, schema });
  try {
    const place = await pool.run((driver) => requireSettings(driver, durable));
    await pool.run(({ sql }) => migrate(sql, place.database, { migrations, at }), LOAD_DEADLINE_MS);
    const epoch = await pool.run(readyEpoch);
    // Databases share no channels, schemas of one database do.
    const channel = `bannerol ${place.schema}`;
    return new PostgresStore({ pool, epoch, url, channel, notifications });
  } catch (error) {
    await pool.close();
    throw namingHost(url, error);
  }
}

/** Migrates a database, which servers of the version before may use meanwhile, and does nothing else to it. */
export async function migratePostgres({ url, at }: Pick<PostgresStoreOptions, "url" | "at">): Promise<Migrated> {
  const pool = new Pool({ url });
  try {
    const { database } = await pool.run((driver) => requireSettings(driver));
    return await pool.run(({ sql }) => migrate(sql, database, { migrations, at }), LOAD_DEADLINE_MS);
  } catch (error) {
    throw namingHost(url, error);
  } finally {
    await pool.close();
  }
}

function withoutWaiting(url: string): string {
  const address = new URL(url);
  address.searchParams.set("synchronous_commit", "off");
  return address.href;
}

/** The error, saying where nothing answered where that is what happened. */
export function namingHost(url: string, error: unknown): unknown {
  return isConnectionFault(error) ? unreached(url, error) : error;
}

function unreached(url: string, cause: unknown): StoreFault {
  const advice = "Start it, or name another one with DATABASE_URL.";
  const { code } = codeOf(cause);
  return new StoreFault("unavailable", `No database answers at ${new URL(url).host} (${code}). ${advice}`, { cause });
}

interface Place {
  readonly database: string;
  readonly schema: string;
}

/** What no message can make up for later: durable commits, and text that comes back as it went in. */
export async function requireSettings({ sql }: Driver, durable = true): Promise<Place> {
  const [found] = await sql<{ database: string; schema: string | null; commits: string; encoding: string }[]>`
    SELECT current_database() AS database, current_schema() AS schema,
      current_setting('synchronous_commit') AS commits, current_setting('server_encoding') AS encoding`;
  const { database = "", schema, commits = "", encoding } = found ?? {};
  if (durable && !["on", "remote_apply"].includes(commits)) {
    throw unfit(`does not promise durable writes (synchronous_commit is ${commits}). Set it to on in DATABASE_URL`);
  }
  if (encoding !== "UTF8") throw unfit(`keeps text as ${encoding}. Make one with the encoding UTF8`);
  if (typeof schema !== "string")
    throw unfit("has no schema that this user may use. Make one, and make the user its owner");
  return { database, schema };

  function unfit(why: string): StoreFault {
    return new StoreFault("unavailable", `The database ${database} ${why}.`);
  }
}

/** Reads the epoch, made here where the database is new: by the first of the nodes that start together. */
async function readyEpoch({ queries }: Driver): Promise<string> {
  const [row] = await queries
    .insert(installation)
    .values({ id: 1, epoch: randomUUID() })
    .onConflictDoUpdate({ target: installation.id, set: { epoch: raw`${installation.epoch}` } })
    .returning();
  if (row === undefined) throw new Error("The database answered an upsert without a row.");
  return row.epoch;
}

interface Parts {
  readonly pool: Pool;
  readonly epoch: string;
  readonly url: string;
  readonly channel: string;
  readonly notifications: boolean;
}

class PostgresStore implements Store {
  readonly epoch: string;
  readonly lists: ListStore;
  readonly usage: UsageStore;
  readonly evidence: EvidenceStore;
  readonly idempotency: IdempotencyStore;
  readonly approvals: ApprovalStore;
  readonly webhooks: WebhookStore;
  readonly uses: UseStore;
  readonly nodes: NodeStore;
  readonly #parts: Parts;
  readonly #pool: Pool;
  readonly #writer: Writer;

  constructor(parts: Parts) {
    this.epoch = parts.epoch;
    this.#parts = parts;
    this.#pool = parts.pool;
    this.lists = postgresLists(parts.pool);
    this.usage = postgresUsage(parts.pool);
    this.evidence = postgresEvidence(parts.pool);
    this.idempotency = postgresIdempotency(parts.pool);
    this.approvals = postgresApprovals(parts.pool);
    this.webhooks = postgresWebhooks(parts.pool);
    this.uses = postgresUses(parts.pool);
    this.nodes = postgresNodes(parts.pool);
    this.#writer = new Writer(parts.pool, parts.channel);
  }

  async readEpoch(): Promise<string> {
    const [row] = await this.#pool.run(({ queries }) => queries.select().from(installation));
    if (row === undefined) throw new StoreFault("corrupt", "The database has lost its epoch. Restore a backup.");
    return row.epoch;
  }

  async projects(): Promise<readonly string[]> {
    const rows = await this.#pool.run(({ queries }) => queries.select().from(projects).orderBy(projects.key));
    return rows.map(({ key }) => key);
  }

  async addProject(key: string): Promise<void> {
    const row = { key, revision: 0, head: "", at: 0, viewFormat: 0 };
    await this.#pool.run(({ queries }) => queries.insert(projects).values(row).onConflictDoNothing());
  }

  load(project: string): Promise<StoredProject> {
    return this.#pool.run(({ sql }) => loadProject(sql, project), LOAD_DEADLINE_MS);
  }

  commit(...works: UnitOfWork[]): Promise<CommitResult> {
    return this.#writer.commit(works);
  }

  revision(project: string): Promise<number> {
    return this.#pool.run(({ queries }) => readRevision(queries, project));
  }

  follow(project: string, revision: number, limit: number): Promise<Stretch> {
    return this.#pool.run(({ queries }) => followLog(queries, { project, revision, limit }));
  }

  changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]> {
    return this.#pool.run((driver) => listChanges(driver, project, filter));
  }

  documentsAt(project: string, revision: number, environment?: string): Promise<readonly StoredDocument[]> {
    return this.#pool.run(async ({ sql, queries }) => {
      await readRevision(queries, project);
      return readDocumentsAt(sql, { project, revision, environment });
    }, LOAD_DEADLINE_MS);
  }

  revisionAt(project: string, at: number): Promise<number> {
    return this.#pool.run(({ queries }) => readRevisionAt(queries, project, at));
  }

  verify(project: string): Promise<ChainVerdict> {
    return verifyProject(project, verifySource(this.#pool, project));
  }

  async digest(id: string): Promise<CredentialDigest | undefined> {
    const find = eq(credentials.id, columnText(id));
    const [found] = await this.#pool.run(({ queries }) => queries.select().from(credentials).where(find));
    return found;
  }

  digests(): Promise<readonly CredentialDigest[]> {
    return this.#pool.run(({ queries }) => queries.select().from(credentials));
  }

  async revisions(): Promise<ReadonlyMap<string, number>> {
    const { key, revision } = projects;
    const rows = await this.#pool.run(({ queries }) => queries.select({ key, revision }).from(projects));
    return new Map(rows.map((row) => [row.key, row.revision]));
  }

  watch(watcher: Watcher): () => Promise<void> {
    return watch(this.#parts, watcher);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
