/**
 * A store that forgets everything when its process ends: for tests, and the plainest statement of what a store does.
 * It keeps texts, as a database would, so what is read from it shares nothing with what was written.
 */
import { itemId, type RecordedItem } from "../../state/documents.ts";
import { ChainCheck, type ChainRow } from "../chain-check.ts";
import { StoreFault } from "../fault.ts";
import { passes } from "../filter.ts";
import { entityId, newestEntities, type Written, writeRecords } from "../one-chain.ts";
import type {
  ChainVerdict,
  Change,
  ChangeFilter,
  ChangeWithBefore,
  CommitResult,
  CredentialDigest,
  Store,
  StoredDocument,
  StoredEntity,
  StoredProject,
  Stretch,
  UnitOfWork,
} from "../port.ts";
import { readRecord } from "../record.ts";
import { listsDiffer } from "../verify-lists.ts";
import { MemoryApprovals } from "./memory-approvals.ts";
import { MemoryEvidence } from "./memory-evidence.ts";
import { MemoryIdempotency } from "./memory-idempotency.ts";
import { MemoryLists } from "./memory-lists.ts";
import { MemoryUsage } from "./memory-usage.ts";
import { MemoryUses } from "./memory-uses.ts";
import { MemoryWebhooks } from "./memory-webhooks.ts";

interface Chain {
  readonly rows: ChainRow[];
  readonly documents: Map<string, StoredDocument>;
  readonly entities: Map<string, StoredEntity>;
  at: number;
  viewFormat: number;
}

export class MemoryStore implements Store {
  readonly epoch: string;
  readonly lists = new MemoryLists();
  readonly evidence = new MemoryEvidence();
  readonly usage = new MemoryUsage(this.evidence);
  readonly idempotency = new MemoryIdempotency();
  readonly approvals = new MemoryApprovals(this.idempotency);
  readonly webhooks = new MemoryWebhooks();
  readonly uses = new MemoryUses();
  readonly #chains = new Map<string, Chain>();
  readonly #credentials = new Map<string, CredentialDigest>();
  #epoch: string;
  #closed = false;

  constructor(options: { readonly epoch: string }) {
    this.epoch = options.epoch;
    this.#epoch = options.epoch;
  }

  async readEpoch(): Promise<string> {
    this.#refuseClosed();
    return this.#epoch;
  }

  async projects(): Promise<readonly string[]> {
    this.#refuseClosed();
    return [...this.#chains.keys()].sort();
  }

  async addProject(key: string): Promise<void> {
    this.#refuseClosed();
    if (this.#chains.has(key)) return;
    this.#chains.set(key, { rows: [], documents: new Map(), entities: new Map(), at: 0, viewFormat: 0 });
  }

  async load(project: string): Promise<StoredProject> {
    const { rows, documents, entities, at, viewFormat } = this.#chain(project);
    return {
      key: project,
      revision: rows.length,
      head: rows.at(-1)?.hash ?? "",
      at,
      viewFormat,
      documents: structuredClone([...documents.values()]),
      entities: [...entities.values()],
    };
  }

  async commit(...works: UnitOfWork[]): Promise<CommitResult> {
    const [first] = works;
    if (first === undefined) return { ok: true, changes: [] };
    const chain = this.#chain(first.project);
    const revision = chain.rows.length;
    const head = chain.rows.at(-1)?.hash ?? "";
    if (revision !== first.expectedRevision || (first.expectedHead ?? head) !== head) {
      return { ok: false, conflict: { expected: first.expectedRevision, found: revision } };
    }
    const { written } = writeRecords(first.project, works, { revision, head, at: chain.at });
    for (const { claim } of works) if (claim !== undefined) this.idempotency.requireHeld(claim);
    for (const { closes } of works) if (closes !== undefined) this.approvals.requireWaiting(first.project, closes);
    for (const each of written) this.#write(chain, each);
    return { ok: true, changes: written.map(({ change }) => change) };
  }

  #write(chain: Chain, each: Written): void {
    const { work, text, change } = each;
    chain.rows.push({ revision: change.revision, text, hash: change.hash });
    chain.at = change.at;
    chain.viewFormat = work.viewFormat;
    this.#epoch = work.epoch ?? this.#epoch;
    for (const item of readRecord(text).items) putDocument(chain.documents, item, change.revision);
    for (const entity of newestEntities([each])) chain.entities.set(entityId(entity), entity);
    for (const list of work.lists ?? []) this.lists.put(list, change);
    for (const { id, digest, project } of work.credentials ?? []) this.#credentials.set(id, { id, digest, project });
    if (work.claim !== undefined) this.idempotency.commit(work.claim);
    if (work.closes !== undefined) this.approvals.commit(work.project, work.closes);
  }

  async revision(project: string): Promise<number> {
    return this.#chain(project).rows.length;
  }

  async follow(project: string, revision: number, limit: number): Promise<Stretch> {
    const { rows } = this.#chain(project);
    return {
      continues: revision === 0 ? "" : rows[revision - 1]?.hash,
      changes: rows.slice(revision, revision + limit).map(toChange),
    };
  }

  async changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]> {
    const all = this.#chain(project).rows.map(toChange);
    return all
      .filter((change) => passes(filter, change))
      .reverse()
      .slice(0, filter.limit)
      .map((change) => ({ change, before: change.items.map((item) => stateBefore(all, item, change.revision)) }));
  }

  async documentsAt(project: string, revision: number, environment?: string): Promise<readonly StoredDocument[]> {
    const documents = new Map<string, StoredDocument>();
    for (const change of this.#chain(project).rows.slice(0, revision).map(toChange)) {
      for (const item of change.items) putDocument(documents, item, change.revision);
    }
    const isWanted = (place: string): boolean => environment === undefined || place === "" || place === environment;
    return [...documents.values()].filter((document) => isWanted(document.environment));
  }

  async revisionAt(project: string, at: number): Promise<number> {
    return this.#chain(project).rows.filter((row) => toChange(row).at <= at).length;
  }

  async verify(project: string): Promise<ChainVerdict> {
    const check = new ChainCheck(project);
    for (const row of this.#chain(project).rows) {
      const step = check.next(row);
      if ("reason" in step) return { ok: false, ...step };
      const { revision, lists = [] } = step.record;
      const reason = await listsDiffer(lists, this.lists.changedBy(project, revision), this.lists.rows);
      if (reason !== undefined) return { ok: false, revision, reason };
    }
    return { ok: true, head: check.head, checked: check.checked };
  }

  async digests(): Promise<readonly CredentialDigest[]> {
    this.#refuseClosed();
    return [...this.#credentials.values()];
  }

  async digest(id: string): Promise<CredentialDigest | undefined> {
    this.#refuseClosed();
    return this.#credentials.get(id);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #chain(project: string): Chain {
    this.#refuseClosed();
    const chain = this.#chains.get(project);
    if (chain === undefined) throw new Error(`There is no project ${project} in this store. Add it first.`);
    return chain;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new StoreFault("unavailable", "The store is closed. Open it again.");
  }
}

function toChange({ text, hash }: ChainRow): Change {
  return { ...readRecord(text), hash };
}

function stateBefore(all: readonly Change[], item: RecordedItem, revision: number): unknown {
  for (const change of all.slice(0, revision - 1).reverse()) {
    const previous = change.items.find((other) => itemId(other) === itemId(item));
    if (previous !== undefined) return previous.after;
  }
  return null;
}

function putDocument(documents: Map<string, StoredDocument>, { after, ...name }: RecordedItem, revision: number): void {
  if (after === null) documents.delete(itemId(name));
  else documents.set(itemId(name), { ...name, revision, document: after });
}
