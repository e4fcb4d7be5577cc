/**
 * What the server needs of a database for lists of keys that are too long for a document. The log holds, of each change
 * of a list, how many keys came and went and a digest of them; the keys themselves are rows beside it, never altered.
 *
 *     begin ─► stage, stage, … (in batches, seen by nobody) ─► commit: the change names the difference, and all is there
 *                                                         └─► or discard
 *
 *     state of a list at revision R: of each key the newest row of a difference at or before R
 */

/** The two lists of a segment. */
export type ListPart = "included" | "excluded";

/** A key that came or went. It is text that UTF-8 can hold, without U+0000. */
export interface KeyRow {
  readonly key: string;
  readonly added: boolean;
}

/** What a change did to a list, as its record says it. */
export interface ListChange {
  readonly segment: string;
  readonly part: ListPart;
  /** The list's id. */
  readonly list: string;
  /** How many keys came. */
  readonly added: number;
  /** How many went. */
  readonly removed: number;
  /** See `RowsDigest`. */
  readonly digest: string;
}

/** A difference that was staged, to become part of a change. */
export interface ListWork extends ListChange {
  readonly difference: number;
  /** The list's own, where the change makes it. */
  readonly made?: Pick<StoredList, "number" | "secret">;
}

export interface StoredList {
  /** As documents name it. */
  readonly id: string;
  /** As rows name it: the number of its first difference. */
  readonly number: number;
  /** 16 bytes, hexadecimal: what its fingerprints are made under. Outside the log. */
  readonly secret: string;
  /** In the order of their revisions, which are the list's versions. */
  readonly changes: readonly { readonly revision: number; readonly difference: number }[];
}

/** Rows of a difference, in the order in which they are staged: `position` is the first one's, counted from 0. */
export interface Batch {
  readonly list: number;
  readonly difference: number;
  readonly position: number;
  readonly rows: readonly KeyRow[];
}

/** A row of a list with the difference that it belongs to, which may be one that no change names (yet). */
export interface HistoryRow extends KeyRow {
  readonly difference: number;
}

/** Where a page of a list's rows goes on. */
export type AfterRow = Pick<HistoryRow, "key" | "difference">;

/** A fault of any call rejects with a `StoreFault`. */
export interface ListStore {
  /** Every list that a project has had, those that no document names any more too; or the one of this id. */
  of(project: string, list?: string): Promise<readonly StoredList[]>;
  /** A number for a difference, never given twice; `at` is epoch milliseconds. */
  begin(at: number): Promise<number>;
  /** Writes rows of a difference that no change names: one short transaction. */
  stage(batch: Batch): Promise<void>;
  /** Rows of a difference in their order, from a position on. */
  rows(difference: number, position: number, limit: number): Promise<readonly KeyRow[]>;
  /** Rows of a list by key (its UTF-8 bytes compared) and difference. */
  history(list: number, after: AfterRow | undefined, limit: number): Promise<readonly HistoryRow[]>;
  /** Differences that were begun before an instant, and that no change names. */
  abandoned(before: number): Promise<readonly number[]>;
  /** Removes a batch of the rows of a difference that no change names; whether some may be left. */
  discard(difference: number): Promise<boolean>;
}

/** How many rows one call takes or gives: a few milliseconds of work. */
export const ROWS_AT_ONCE = 4_096;
