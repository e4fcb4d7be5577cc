/** The state of a list at a revision: of each key the newest row of a difference at or before it. */
import { type AfterRow, type HistoryRow, type ListStore, ROWS_AT_ONCE, type StoredList } from "./list-store.ts";

interface Moment {
  readonly revision: number;
  /** Only keys behind this one. */
  readonly after?: string;
}

/** The keys by their UTF-8 bytes, in pages; others run between them. */
export async function* keysAt(store: ListStore, list: StoredList, moment: Moment): AsyncGenerator<readonly string[]> {
  for await (const page of keysBetween(store, list, { ...moment, since: 0 })) {
    yield page.filter(({ is }) => is).map(({ key }) => key);
  }
}

/** A key, and whether it was in the list at the earlier and is in it at the later revision. */
export interface KeyThen {
  readonly key: string;
  readonly was: boolean;
  readonly is: boolean;
}

/** Every key that ever was in the list up to a revision, with its state then and at an earlier one, `since`. */
export async function* keysBetween(
  store: ListStore,
  list: StoredList,
  { revision, since, after }: Moment & { readonly since: number },
): AsyncGenerator<readonly KeyThen[]> {
  const revisions = new Map(list.changes.map((change) => [change.difference, change.revision]));
  const past = new PastKeys(revisions, { revision, since });
  let last: AfterRow | undefined =
    after === undefined ? undefined : { key: after, difference: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const rows = await store.history(list.number, last, ROWS_AT_ONCE);
    const ended = rows.length < ROWS_AT_ONCE;
    yield past.take(rows, ended);
    if (ended) return;
    last = rows.at(-1);
    await new Promise((resume) => setImmediate(resume));
  }
}

/** Folds rows that come by key, whose states it tells once all rows of the key have come. */
class PastKeys {
  readonly #revisions: ReadonlyMap<number, number>;
  readonly #at: { readonly revision: number; readonly since: number };
  #key: string | undefined;
  #newest = { is: 0, was: 0 };
  #state = { is: false, was: false };

  constructor(revisions: ReadonlyMap<number, number>, at: { readonly revision: number; readonly since: number }) {
    this.#revisions = revisions;
    this.#at = at;
  }

  take(rows: readonly HistoryRow[], ended: boolean): readonly KeyThen[] {
    const told: KeyThen[] = [];
    for (const row of rows) {
      if (row.key !== this.#key) {
        this.#tell(told);
        this.#begin(row.key);
      }
      this.#fold(row);
    }
    if (ended) this.#tell(told);
    return told;
  }

  #begin(key: string): void {
    this.#key = key;
    this.#newest = { is: 0, was: 0 };
    this.#state = { is: false, was: false };
  }

  #fold({ difference, added }: HistoryRow): void {
    const revision = this.#revisions.get(difference) ?? Number.POSITIVE_INFINITY;
    for (const [state, until] of [
      ["is", this.#at.revision],
      ["was", this.#at.since],
    ] as const) {
      if (revision > until || revision < this.#newest[state]) continue;
      this.#newest[state] = revision;
      this.#state[state] = added;
    }
  }

  #tell(told: KeyThen[]): void {
    if (this.#key !== undefined) told.push({ key: this.#key, ...this.#state });
  }
}
