import type { AfterRow, Batch, HistoryRow, KeyRow, ListStore, ListWork, StoredList } from "../list-store.ts";
import type { Change } from "../port.ts";
import { groupedLists, type ListRow } from "../stored-lists.ts";
import type { KeptDifference } from "../verify-lists.ts";

/** Lists of keys in memory, see `MemoryStore`. */
export class MemoryLists implements ListStore {
  #begun = 0;
  readonly #made = new Map<string, Pick<StoredList, "number" | "secret">>();
  readonly #changes: (KeptDifference & { readonly project: string })[] = [];
  readonly #stages = new Map<number, number>();
  readonly #rows = new Map<number, KeyRow[]>();
  readonly #listOf = new Map<number, number>();
  /** By list, for as long as its rows stay as they are. */
  readonly #sorted = new Map<number, readonly HistoryRow[]>();

  /** As part of a change. */
  put({ list, difference, made }: ListWork, { project, revision }: Change): void {
    if (made !== undefined) this.#made.set(list, { number: made.number, secret: made.secret });
    this.#changes.push({ project, list, revision, difference });
    this.#stages.delete(difference);
  }

  changedBy(project: string, revision: number): readonly KeptDifference[] {
    return this.#changes.filter((change) => change.project === project && change.revision === revision);
  }

  async of(project: string, list?: string): Promise<readonly StoredList[]> {
    const isWanted = (change: KeptDifference): boolean => list === undefined || change.list === list;
    const own = this.#changes.filter((change) => change.project === project && isWanted(change));
    return groupedLists(
      own.flatMap(({ list, revision, difference }): ListRow[] => {
        const made = this.#made.get(list);
        return made === undefined ? [] : [{ id: list, ...made, revision, difference }];
      }),
    );
  }

  async begin(at: number): Promise<number> {
    this.#begun += 1;
    this.#stages.set(this.#begun, at);
    return this.#begun;
  }

  async stage({ list, difference, position, rows }: Batch): Promise<void> {
    const staged = this.#rows.get(difference) ?? [];
    staged.splice(position, rows.length, ...rows.map(({ key, added }) => ({ key, added })));
    this.#rows.set(difference, staged);
    this.#listOf.set(difference, list);
    this.#sorted.delete(list);
  }

  readonly rows = async (difference: number, position: number, limit: number): Promise<readonly KeyRow[]> =>
    (this.#rows.get(difference) ?? []).slice(position, position + limit);

  async history(list: number, after: AfterRow | undefined, limit: number): Promise<readonly HistoryRow[]> {
    const sorted = this.#sortedOf(list);
    const from = after === undefined ? 0 : sorted.findIndex((row) => compareRows(row, after) > 0);
    return from === -1 ? [] : sorted.slice(from, from + limit);
  }

  #sortedOf(list: number): readonly HistoryRow[] {
    const known = this.#sorted.get(list);
    if (known !== undefined) return known;
    const own = [...this.#rows].filter(([difference]) => this.#listOf.get(difference) === list);
    const sorted = own.flatMap(([difference, rows]) => rows.map((row) => ({ ...row, difference }))).sort(compareRows);
    this.#sorted.set(list, sorted);
    return sorted;
  }

  async abandoned(before: number): Promise<readonly number[]> {
    return [...this.#stages].filter(([, at]) => at < before).map(([difference]) => difference);
  }

  async discard(difference: number): Promise<boolean> {
    this.#stages.delete(difference);
    this.#sorted.clear();
    if (!this.#changes.some((change) => change.difference === difference)) this.#rows.delete(difference);
    return false;
  }
}

function compareRows(a: AfterRow, b: AfterRow): number {
  if (a.key === b.key) return a.difference - b.difference;
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}
