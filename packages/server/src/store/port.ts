/**
 * What the server needs of a database. An adapter for each lives beside this file; all pass the same contract suite.
 *
 * There is no `transaction(async …)`: one database's transactions are synchronous and the other's are not. Instead a
 * decision is data, a `UnitOfWork`, and `commit` applies one or several in one transaction or not at all.
 */
import type { ItemName, RecordedItem } from "../state/documents.ts";
import type { ApprovalStore, WorkApproval } from "./approval-store.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import type { StoreFault } from "./fault.ts";
import type { IdempotencyStore, WorkClaim } from "./idempotency-store.ts";
import type { ListChange, ListStore, ListWork } from "./list-store.ts";
import type { NodeStore } from "./node-store.ts";
import type { UsageStore } from "./usage-store.ts";
import type { UseStore } from "./use-store.ts";
import type { WebhookStore } from "./webhook-store.ts";

/** The chain of what belongs to the installation: projects, users, tokens. */
export const SYSTEM_PROJECT = "_system";

/** Who changes something: a person, by whichever of their tokens; a token that is nobody's; the server itself. */
export interface Actor {
  readonly type: "token" | "user" | "system";
  readonly id: string;
  readonly name: string;
}

/** The classes of key that see an environment differently. */
export type ViewClass = "server" | "client";

/** What a change alters of one view: entities that enter or change take the change's revision as their version. */
export interface ViewChange {
  readonly environment: string;
  readonly class: ViewClass;
  readonly put: readonly EntityName[];
  readonly drop: readonly EntityName[];
}

export interface EntityName {
  readonly kind: "flag" | "segment";
  readonly key: string;
}

/** A digest to keep beside a key or token. Outside the log: no secret or digest is in any record. */
export interface CredentialDigest {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly digest: string;
  /** The project whose key it is; `_system` for a token. */
  readonly project: string;
}

/** Everything that one decision changes. Applied whole, as the project's next revision. */
export interface UnitOfWork {
  readonly project: string;
  /** The project's revision that the decision was made on; another one in the database is a conflict. */
  readonly expectedRevision: number;
  /** Hash of the change that it was made on; another one in the database is a conflict too. */
  readonly expectedHead?: string;
  /** Epoch milliseconds; the store moves it forward to the previous change's instant where a clock went back. */
  readonly at: number;
  readonly actor: Actor;
  readonly action: string;
  /** No document twice. None: the change gives views new versions, and readers load the project afresh. */
  readonly items: readonly RecordedItem[];
  readonly views: readonly ViewChange[];
  /** How `views` were projected, see `VIEW_FORMAT`; kept beside the project. */
  readonly viewFormat: number;
  readonly comment?: string;
  readonly requestId?: string;
  readonly credentials?: readonly CredentialDigest[];
  /** In `_system` alone: the epoch of the database from this change on. */
  readonly epoch?: string;
  /** Differences that were staged, and are there with this change. */
  readonly lists?: readonly ListWork[];
  /** The claim of the request that asks for this; where it is not held any more, `commit` rejects with `ClaimLost`. */
  readonly claim?: WorkClaim;
  /** Who approved it, for the record. */
  readonly approval?: Approved;
  /** The approval that ends with it; where that does not wait any more, `commit` rejects with `ApprovalMoved`. */
  readonly closes?: WorkApproval;
}

/** What the log says of a change that had to be approved. */
export interface Approved {
  readonly id: string;
  /** In the order in which they approved it. */
  readonly by: readonly Actor[];
}

/** A change as it stands in the log, read back from its stored text. */
export interface Change {
  readonly project: string;
  readonly revision: number;
  readonly at: number;
  readonly actor: Actor;
  readonly action: string;
  readonly items: readonly RecordedItem[];
  readonly comment?: string;
  readonly requestId?: string;
  readonly approval?: Approved;
  /** What it did to lists that are kept apart from their documents. */
  readonly lists?: readonly ListChange[];
  /** SHA-256, hexadecimal, of the previous change's hash followed by the stored text. */
  readonly hash: string;
}

export type CommitResult =
  /** As many as were asked for, in their order. */
  | { readonly ok: true; readonly changes: readonly Change[] }
  /** Somebody else was faster: read the log to its end and decide again. */
  | { readonly ok: false; readonly conflict: { readonly expected: number; readonly found: number } };

export interface StoredDocument extends ItemName {
  /** The revision that wrote it. */
  readonly revision: number;
  /** Parsed JSON, not yet looked at: a row may have been edited by hand. `undefined` where it is no JSON at all. */
  readonly document: unknown;
}

export interface StoredEntity extends EntityName {
  readonly environment: string;
  readonly class: ViewClass;
  readonly version: number;
  /** It left the view with revision `version`. */
  readonly dropped: boolean;
}

/** Everything that a node needs to serve a project from memory, read in one transaction. */
export interface StoredProject {
  readonly key: string;
  readonly revision: number;
  /** Hash of the newest change; "" before the first. */
  readonly head: string;
  /** Instant of the newest change; 0 before the first. */
  readonly at: number;
  /** The format of the newest change's views; 0 before the first. */
  readonly viewFormat: number;
  readonly documents: readonly StoredDocument[];
  readonly entities: readonly StoredEntity[];
  /** The database has lost `entities`: what views show has to be told from the documents alone. */
  readonly viewsLost?: true;
}

/** Every part that is named must hold; `flag`, `segment` and `environment` must hold of one and the same item. */
export interface ChangeFilter {
  /** A flag's key: its definition and its targetings. */
  readonly flag?: string;
  readonly segment?: string;
  readonly environment?: string;
  /** An actor's id or name. */
  readonly actor?: string;
  /** Exclusive. */
  readonly sinceRevision?: number;
  /** Inclusive. */
  readonly untilRevision?: number;
  /** Inclusive instants, epoch milliseconds. */
  readonly sinceAt?: number;
  readonly untilAt?: number;
  /** Only changes of a lower revision than this: where a page goes on. */
  readonly before?: number;
  readonly limit: number;
}

/** A stretch of the log, oldest first. */
export interface Stretch {
  /**
   * Hash of the change after which it begins, as it stands in the log now ("" for revision 0); `undefined` where the
   * log does not reach that far. Where it differs from the one that the reader has, the log is not the one it followed.
   */
  readonly continues: string | undefined;
  readonly changes: readonly Change[];
}

/** A listed change, each item with the state before it; the state before is the item's previous record. */
export interface ChangeWithBefore {
  readonly change: Change;
  /** Parallel to `change.items`; null where the item did not exist. */
  readonly before: readonly unknown[];
}

export type ChainVerdict =
  | { readonly ok: true; readonly head: string; readonly checked: number }
  | { readonly ok: false; readonly revision: number; readonly reason: string };

/** Who wants to know what other processes write. Neither call may throw. */
export interface Watcher {
  /**
   * The newest revision of projects, as the database has it: of one that moved, or of all of them every 2 s, then with
   * the hash of each.
   */
  readonly newest: (revisions: ReadonlyMap<string, number>, heads?: ReadonlyMap<string, string>) => void;
  /** The database did not answer when it was asked. */
  readonly failed: (fault: StoreFault) => void;
}

/** A fault of any call rejects with a `StoreFault`; what was in the database before it is there still. */
export interface Store {
  /** As it was when the store was opened. Random, made with the database and again with each history that replaces another. */
  readonly epoch: string;
  /** As it is now. */
  readEpoch(): Promise<string>;
  /** Lists of keys that are too long for a document. */
  readonly lists: ListStore;
  /** What SDKs say they were asked. */
  readonly usage: UsageStore;
  readonly evidence: EvidenceStore;
  /** Which requests were carried out. */
  readonly idempotency: IdempotencyStore;
  /** Changes that wait. */
  readonly approvals: ApprovalStore;
  /** What webhooks need beside the history. */
  readonly webhooks: WebhookStore;
  /** When keys and tokens were last used. */
  readonly uses: UseStore;
  /** Absent where there can be no other process. */
  readonly nodes?: NodeStore;
  projects(): Promise<readonly string[]>;
  /** Starts a project's chain at revision 0; does nothing where it is there already. */
  addProject(key: string): Promise<void>;
  load(project: string): Promise<StoredProject>;
  /**
   * Makes changes of one project, each on what the one before it leaves and a revision of its own: all of them, or none.
   * They wait for the disk once. Where the claim of one is not held any more, it rejects with that `ClaimLost`.
   */
  commit(...works: UnitOfWork[]): Promise<CommitResult>;
  revision(project: string): Promise<number>;
  /** Up to `limit` changes after `revision`. */
  follow(project: string, revision: number, limit: number): Promise<Stretch>;
  /** Newest first. */
  changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]>;
  /**
   * The documents of a project as they stood at a revision: of each, the newest state at or before it; those that were
   * not there are left out. With `environment`, without what belongs to another. A look-up, never a replay.
   */
  documentsAt(project: string, revision: number, environment?: string): Promise<readonly StoredDocument[]>;
  /** The newest revision at or before an instant, epoch milliseconds; 0 before the first. */
  revisionAt(project: string, at: number): Promise<number>;
  /**
   * Recomputes the chain from its first change and compares what was derived from it (columns, items, newest
   * documents, keys of lists) with it. Names the first revision that does not fit.
   */
  verify(project: string): Promise<ChainVerdict>;
  digest(id: string): Promise<CredentialDigest | undefined>;
  /** All of them. */
  digests(): Promise<readonly CredentialDigest[]>;
  /**
   * Watches what other processes write to the same database, until the answer is called; absent where there can be no
   * other process. Nothing is missed between the call and the first news.
   */
  watch?(watcher: Watcher): () => Promise<void>;
  /** The newest revision of every project; absent where there can be no other process. */
  revisions?(): Promise<ReadonlyMap<string, number>>;
  /**
   * Looks for damage, which may take a while and stops nobody; absent where that is the database's own matter. Where there
   * is any, nothing is written any more, and what can be read is read; the fault says what was found.
   */
  inspect?(): Promise<StoreFault | undefined>;
  /** Ends with everything durable. Calling it twice is harmless. */
  close(): Promise<void>;
}
