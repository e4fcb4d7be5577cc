/**
 * What webhooks need beside the history, as the database keeps it: their secrets, where each stands in each project's
 * log, and which node sends for it now.
 *
 *     claim ─► the next change is sent ─► advance: the cursor moves and the term is renewed, if both still are its own
 *                                                                                       └─► release
 *
 * There is no second record of what is to be sent: a cursor is a place in the log of changes.
 */

/** For so long a node sends for an endpoint without a word; after that it counts as gone. */
export const TERM_MS = 60_000;

export interface WebhookSecrets {
  /** `whsec_` and base64. */
  readonly secret: string;
  /** The one before; both sign until then. */
  readonly previous?: { readonly secret: string; readonly until: number };
}

/** Where a webhook stands in one project's log. */
export interface WebhookCursor {
  readonly webhook: string;
  readonly project: string;
  /** Of the log that `revision` is of. */
  readonly epoch: string;
  /** The newest change that is done with. */
  readonly revision: number;
  /** How often the next one has failed. */
  readonly failures: number;
  /** The first of those failures, epoch milliseconds. */
  readonly failingSince?: number;
  /** Not to be tried before. */
  readonly dueAt: number;
  /** What the last try came to. */
  readonly last?: { readonly at: number; readonly outcome: string };
}

/** A node's hold on an endpoint. */
export interface WebhookClaim {
  readonly webhook: string;
  /** Random. */
  readonly holder: string;
}

/** What a claim asks for. Instants are epoch milliseconds. */
export interface WebhookTerm {
  readonly holder: string;
  readonly at: number;
  readonly until: number;
}

/** A fault of any call rejects with a `StoreFault`; nothing was written then. */
export interface WebhookStore {
  /** Absent where an installation was moved without them. */
  secrets(webhook: string): Promise<WebhookSecrets | undefined>;
  putSecrets(webhook: string, secrets: WebhookSecrets): Promise<void>;
  /** Of one webhook, or of all; by webhook, then by project. */
  cursors(webhook?: string): Promise<readonly WebhookCursor[]>;
  /** Whoever sends meanwhile finds its cursor moved. */
  setCursors(cursors: readonly WebhookCursor[]): Promise<void>;
  /** What failed is tried anew, as if for the first time. */
  forgive(webhook: string): Promise<void>;
  /** Takes one of these that nobody holds; each has to have secrets. */
  claim(webhooks: readonly string[], term: WebhookTerm): Promise<string | undefined>;
  /**
   * Moves a cursor, and the term's end; `from` is the cursor as the claim's holder knows it. Says false, and does nothing,
   * where the claim is another's by now or the cursor has been moved.
   */
  advance(claim: WebhookClaim, step: WebhookStep): Promise<boolean>;
  release(claim: WebhookClaim): Promise<void>;
  /** With its secrets and cursors. */
  remove(webhook: string): Promise<void>;
}

export interface WebhookStep {
  readonly to: WebhookCursor;
  /** `undefined` where it has none in this project yet. */
  readonly from: Pick<WebhookCursor, "epoch" | "revision"> | undefined;
  readonly until: number;
}
