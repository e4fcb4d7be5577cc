import type {
  WebhookClaim,
  WebhookCursor,
  WebhookSecrets,
  WebhookStep,
  WebhookStore,
  WebhookTerm,
} from "../webhook-store.ts";

interface Hold {
  readonly holder: string;
  readonly until: number;
}

export class MemoryWebhooks implements WebhookStore {
  readonly #secrets = new Map<string, WebhookSecrets>();
  readonly #holds = new Map<string, Hold>();
  readonly #cursors = new Map<string, WebhookCursor>();

  async secrets(webhook: string): Promise<WebhookSecrets | undefined> {
    return this.#secrets.get(webhook);
  }

  async putSecrets(webhook: string, secrets: WebhookSecrets): Promise<void> {
    this.#secrets.set(webhook, secrets);
  }

  async cursors(webhook?: string): Promise<readonly WebhookCursor[]> {
    const all = [...this.#cursors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cursor]) => cursor);
    return all.filter((cursor) => webhook === undefined || cursor.webhook === webhook);
  }

  async setCursors(cursors: readonly WebhookCursor[]): Promise<void> {
    for (const cursor of cursors) this.#cursors.set(nameOf(cursor), cursor);
  }

  async forgive(webhook: string): Promise<void> {
    for (const [name, { failingSince: _, ...cursor }] of this.#cursors) {
      if (cursor.webhook === webhook) this.#cursors.set(name, { ...cursor, failures: 0, dueAt: 0 });
    }
  }

  async claim(webhooks: readonly string[], { holder, at, until }: WebhookTerm): Promise<string | undefined> {
    const free = webhooks.find((id) => this.#secrets.has(id) && (this.#holds.get(id)?.until ?? 0) <= at);
    if (free !== undefined) this.#holds.set(free, { holder, until });
    return free;
  }

  async advance({ webhook, holder }: WebhookClaim, { to, from, until }: WebhookStep): Promise<boolean> {
    const found = this.#cursors.get(nameOf(to));
    const isWhereItWas = found?.epoch === from?.epoch && found?.revision === from?.revision;
    if (this.#holds.get(webhook)?.holder !== holder || !isWhereItWas) return false;
    this.#holds.set(webhook, { holder, until });
    this.#cursors.set(nameOf(to), to);
    return true;
  }

  async release({ webhook, holder }: WebhookClaim): Promise<void> {
    if (this.#holds.get(webhook)?.holder === holder) this.#holds.delete(webhook);
  }

  async remove(webhook: string): Promise<void> {
    this.#secrets.delete(webhook);
    this.#holds.delete(webhook);
    for (const [name, cursor] of this.#cursors) if (cursor.webhook === webhook) this.#cursors.delete(name);
  }
}

function nameOf({ webhook, project }: Pick<WebhookCursor, "webhook" | "project">): string {
  return JSON.stringify([webhook, project]);
}
