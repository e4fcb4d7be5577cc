/**
 * Digests of the secrets of keys and tokens, in memory: whoever holds a key is let in also while the database is away.
 * A digest never changes; whether its key is still in force is told by the key's document, not here.
 */
import type { Change, CredentialDigest, Store } from "../store/port.ts";

export class Digests {
  readonly #store: Store;
  readonly #known = new Map<string, CredentialDigest>();

  constructor(store: Store) {
    this.#store = store;
  }

  async open(): Promise<void> {
    for (const digest of await this.#store.digests()) this.#known.set(digest.id, digest);
  }

  /** Without asking the database. */
  known(id: string): CredentialDigest | undefined {
    return this.#known.get(id);
  }

  /** `undefined` where there is none. Asks the database for one that is not known. */
  async find(id: string): Promise<CredentialDigest | undefined> {
    const found = this.#known.get(id) ?? (await this.#store.digest(id));
    if (found !== undefined) this.#known.set(id, found);
    return found;
  }

  /** Learns those of the keys and tokens that a change made; where that fails, they are asked for when needed. */
  takeUp({ items }: Change): void {
    for (const { kind, key } of items) {
      if ((kind === "key" || kind === "token") && !this.#known.has(key)) this.find(key).catch(() => undefined);
    }
  }
}
