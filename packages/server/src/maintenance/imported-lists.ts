/** Lists of keys on their way from an export into a store: staged as their lines come, and named by the change behind. */
import type { KeyRow, ListChange, ListStore, ListWork } from "../store/list-store.ts";
import type { RecordContent } from "../store/record.ts";
import { RowsDigest } from "../store/rows-digest.ts";
import type { ChangeLine, KeysLine } from "./export-format.ts";

interface Staged {
  readonly difference: number;
  /** The list's, in the store that is filled. */
  readonly number: number;
  readonly digest: RowsDigest;
}

export class ImportedLists {
  readonly #lists: ListStore;
  readonly #at: number;
  /** Numbers that the store gave to lists, by id. */
  readonly #numbers = new Map<string, number>();
  readonly #staged = new Map<string, Staged>();

  /** `at` is epoch milliseconds. */
  constructor(lists: ListStore, at: number) {
    this.#lists = lists;
    this.#at = at;
  }

  async stage({ list, keys }: KeysLine): Promise<void> {
    const { difference, number, digest } = await this.#begun(list);
    const rows = keys.map((signed): KeyRow => ({ key: signed.slice(1), added: signed.startsWith("+") }));
    const position = digest.added + digest.removed;
    await this.#lists.stage({ list: number, difference, position, rows });
    digest.take(rows);
  }

  /** What was staged for a change's lists, or why it is not what its record says. */
  async takeFor(record: RecordContent, made: ChangeLine["lists"]): Promise<readonly ListWork[] | string> {
    const works: ListWork[] = [];
    for (const change of record.lists ?? []) {
      const staged = await this.#begun(change.list);
      if (!isSaid(staged.digest, change)) return `the keys of the list ${change.list} are not those of its record`;
      const isNew = !this.#numbers.has(change.list);
      const secret = made.find(({ id }) => id === change.list)?.secret;
      if (isNew && secret === undefined) return `the list ${change.list} has no secret`;
      const { difference, number } = staged;
      works.push({ ...change, difference, ...(isNew && secret !== undefined ? { made: { number, secret } } : {}) });
      this.#numbers.set(change.list, number);
      this.#staged.delete(change.list);
    }
    const [stray] = this.#staged.keys();
    return stray === undefined ? works : `keys of the list ${stray} stand before it, which it does not speak of`;
  }

  async #begun(list: string): Promise<Staged> {
    const known = this.#staged.get(list);
    if (known !== undefined) return known;
    const difference = await this.#lists.begin(this.#at);
    const staged = { difference, number: this.#numbers.get(list) ?? difference, digest: new RowsDigest() };
    this.#staged.set(list, staged);
    return staged;
  }
}

function isSaid(digest: RowsDigest, said: ListChange): boolean {
  return digest.added === said.added && digest.removed === said.removed && digest.hex() === said.digest;
}
