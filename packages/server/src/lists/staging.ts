/**
 * Writes a difference beside the log before a change names it, in batches, so that a million keys stop nobody.
 *
 *     put ─► buffer ─┬─ full ─► sorted ─► batches ─► store.stage   (rows that nobody sees)
 *     finish ────────┘                           └─► digest, fingerprints
 *
 * Sorted, the rows of a buffer lie side by side in the database's index of keys, which would otherwise be written all
 * over for each batch. It holds one buffer and 8 bytes for each key.
 */
import { applyListDelta, FingerprintCollector, KeyList, type ListKey } from "@bannerol/core";
import type { KeyRow, ListStore } from "../store/list-store.ts";
import { RowsDigest } from "../store/rows-digest.ts";
import { inSlices } from "./in-slices.ts";
import { sortedInPages } from "./sorted.ts";

/** Writing takes several times as long as reading, and is waited for by everybody. */
const STAGED_AT_ONCE = 1_024;
const BUFFERED_KEYS = 131_072;
const BUFFERED_UNITS = 16 * 1024 * 1024;

/** A difference that lies in the database, and what the list's fingerprints are with it. */
export interface Staged {
  readonly difference: number;
  /** The list's number. */
  readonly number: number;
  readonly added: number;
  readonly removed: number;
  readonly digest: string;
  /** The list as it will be; its version is the change's to give. */
  readonly after: KeyList;
}

export interface StagingOptions {
  readonly store: ListStore;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly listKey: ListKey;
  /** The list that the difference is to; none where it makes one. */
  readonly base?: { readonly number: number; readonly list: KeyList } | undefined;
}

export class Staging {
  readonly #options: StagingOptions;
  readonly #difference: number;
  readonly #added: FingerprintCollector;
  readonly #removed: FingerprintCollector;
  readonly #digest = new RowsDigest();
  #buffer: KeyRow[] = [];
  #bufferedUnits = 0;
  #position = 0;
  #kept = false;

  private constructor(options: StagingOptions, difference: number) {
    this.#options = options;
    this.#difference = difference;
    this.#added = new FingerprintCollector(options.listKey);
    this.#removed = new FingerprintCollector(options.listKey);
  }

  static async begin(options: StagingOptions): Promise<Staging> {
    return new Staging(options, await options.store.begin(options.at));
  }

  /** Takes a key that is not in the list, or one that is. A promise where there is something to wait for. */
  put(row: KeyRow): Promise<void> | undefined {
    this.#buffer.push(row);
    this.#bufferedUnits += row.key.length;
    (row.added ? this.#added : this.#removed).add(row.key);
    if (this.#buffer.length < BUFFERED_KEYS && this.#bufferedUnits < BUFFERED_UNITS) return undefined;
    return this.#flush();
  }

  async finish(): Promise<Staged> {
    await this.#flush();
    const { added, removed } = this.#digest;
    const after = await this.#after();
    return { difference: this.#difference, number: this.#number, added, removed, digest: this.#digest.hex(), after };
  }

  get listKey(): ListKey {
    return this.#options.listKey;
  }

  /** Leaves what was written where it is, whatever `discard` is asked after that: a change names it, or may. */
  keep(): void {
    this.#kept = true;
  }

  /** Takes back what was written. Nothing is lost where that fails: what no change names is removed in the end. */
  async discard(): Promise<void> {
    if (this.#kept) return;
    await discardDifference(this.#options.store, this.#difference).catch(() => undefined);
  }

  get #number(): number {
    return this.#options.base?.number ?? this.#difference;
  }

  async #flush(): Promise<void> {
    const rows = this.#buffer;
    this.#buffer = [];
    this.#bufferedUnits = 0;
    for await (const batch of sortedInPages(rows, byKey, STAGED_AT_ONCE)) {
      this.#digest.take(batch);
      const place = { list: this.#number, difference: this.#difference, position: this.#position };
      await this.#options.store.stage({ ...place, rows: batch });
      this.#position += batch.length;
      await new Promise((resume) => setImmediate(resume));
    }
  }

  async #after(): Promise<KeyList> {
    const { base, listKey } = this.#options;
    const added = await inSlices(this.#added.finish());
    const removed = await inSlices(this.#removed.finish());
    if (base === undefined) return new KeyList({ version: 0, listKey }, added);
    const { version: from } = base.list;
    return inSlices(applyListDelta(base.list, { from, version: from, listKey, added, removed }));
  }
}

/** Any order does, as long as neighbours stay neighbours. */
function byKey(a: KeyRow, b: KeyRow): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

/** Removes the rows of a difference that no change names. */
export async function discardDifference(store: ListStore, difference: number): Promise<void> {
  while (await store.discard(difference)) await new Promise((resume) => setImmediate(resume));
}

/** Longer than any upload may take. */
const ABANDONED_MS = 24 * 60 * 60 * 1_000;

/** Removes what was staged by a process that ended before its change was made. */
export async function discardAbandoned(store: ListStore, now: number): Promise<void> {
  for (const difference of await store.abandoned(now - ABANDONED_MS)) await discardDifference(store, difference);
}
