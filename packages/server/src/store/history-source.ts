/**
 * What an export reads of a database: a history as it stands, beside whoever writes to it. What it answers with for one
 * project is of one moment; what stands in the log never changes.
 */
import type { ListStore } from "./list-store.ts";
import type { CredentialDigest, StoredProject } from "./port.ts";
import type { ChangeRow } from "./rows.ts";
import type { Span } from "./verify.ts";

export interface HistorySource {
  readonly epoch: string;
  /** Lists of keys that are too long for a document, and the rows of their differences. */
  readonly lists: Pick<ListStore, "of" | "rows">;
  projects(): Promise<readonly string[]>;
  load(project: string): Promise<StoredProject>;
  /** All digests of keys and tokens. */
  digests(): Promise<readonly CredentialDigest[]>;
  /** Rows of the log as they are stored, in the order of their revisions. */
  log(project: string, span: Span): Promise<readonly ChangeRow[]>;
  close(): Promise<void>;
}
