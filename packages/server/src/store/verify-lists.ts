/** Compares what a record says of lists with the rows that lie beside the log. */
import type { KeyRow, ListChange } from "./list-store.ts";
import { ROWS_AT_ONCE } from "./list-store.ts";
import { RowsDigest } from "./rows-digest.ts";

/** Which difference the database keeps for a change of a list. */
export interface KeptDifference {
  readonly revision: number;
  readonly list: string;
  readonly difference: number;
}

/** Rows of a difference in their order, from a position on. */
export type ReadRows = (
  difference: number,
  position: number,
  limit: number,
) => Promise<readonly KeyRow[]> | readonly KeyRow[];

/** Why they are not those of the record; `undefined` where they are. */
export async function listsDiffer(
  said: readonly ListChange[],
  kept: readonly KeptDifference[],
  read: ReadRows,
): Promise<string | undefined> {
  const byList = new Map(kept.map(({ list, difference }) => [list, difference]));
  if (byList.size !== said.length) return "Its lists are not those of its text.";
  for (const change of said) {
    const difference = byList.get(change.list);
    if (difference === undefined) return "Its lists are not those of its text.";
    if (!(await isAsSaid(change, difference, read))) {
      return `The keys that it added to and removed from the list ${change.part} of segment ${change.segment} are not those of its text.`;
    }
  }
  return undefined;
}

async function isAsSaid({ added, removed, digest }: ListChange, difference: number, read: ReadRows): Promise<boolean> {
  const found = new RowsDigest();
  for (let position = 0; ; position += ROWS_AT_ONCE) {
    const rows = await read(difference, position, ROWS_AT_ONCE);
    found.take(rows);
    if (rows.length < ROWS_AT_ONCE) break;
    await new Promise((resume) => setImmediate(resume));
  }
  return found.added === added && found.removed === removed && found.hex() === digest;
}
