/** How sums of outcomes cross the wire: whichever way of writing a list is shorter. Pure. */
import { CELLS, FIRST_LADDER_BIN, FIRST_SKETCH_BIN, LADDER_BINS, SKETCH_BINS } from "./outcomes.ts";

/** By cell: all of them, or pairs of a cell and its sum. Cells that are not there are 0. */
export type CellList = readonly number[] | readonly (readonly [cell: number, sum: number])[];

/** Sums of one side; see "Outcomes" in SPEC.md. */
export interface OutcomeSide {
  readonly n: CellList;
  readonly x?: CellList;
  readonly s?: CellList;
  readonly u?: CellList;
  readonly q?: number;
  readonly z?: number;
  readonly m?: number;
  readonly d?: readonly number[];
  readonly h?: readonly (readonly number[])[];
}

export interface OutcomeRow {
  readonly flag: string;
  readonly release: string;
  readonly step: number;
  readonly metric: string;
  readonly sides: { readonly [side: string]: OutcomeSide };
}

/** Parallel runs of one flag and revision. */
export interface ParallelRow {
  readonly flag: string;
  readonly revision: number;
  readonly runs: number;
  readonly matches: number;
  readonly timeouts?: number;
  /** Contexts for which the candidate did not run: too many in flight, or the breaker was open. */
  readonly skipped?: number;
  readonly errors?: { readonly control: number; readonly candidate: number };
  readonly mismatches?: readonly (readonly [signature: string, count: number])[];
  readonly ignored?: readonly (readonly [name: string, count: number])[];
  /** Sketches of durations, as `d`. */
  readonly control?: readonly number[];
  readonly candidate?: readonly number[];
  /** A few mismatches, as the application let them go. */
  readonly samples?: readonly string[];
}

export function encodeCells(sums: readonly number[]): CellList {
  const pairs = sums.flatMap((sum, cell) => (sum === 0 ? [] : [[cell, sum] as const]));
  return pairs.length > CELLS / 2 ? [...sums] : pairs;
}

/** `CELLS` numbers. */
export function decodeCells(list: CellList): number[] {
  const sums = new Array<number>(CELLS).fill(0);
  for (const [at, item] of list.entries()) {
    const [cell, sum] = typeof item === "number" ? [at, item] : item;
    if (cell < CELLS) sums[cell] = (sums[cell] ?? 0) + sum;
  }
  return sums;
}

/** A list by slot as its first bin that is not empty, and what follows. */
export function encodeBins(counts: readonly number[], firstBin: number): readonly number[] {
  const from = counts.findIndex((count) => count !== 0);
  if (from === -1) return [];
  let end = counts.length;
  while (counts[end - 1] === 0) end--;
  return [from + firstBin, ...counts.slice(from, end)];
}

/** A list by slot, `bins` at most; what lies outside is left out. */
export function decodeBins([first = 0, ...counts]: readonly number[], firstBin: number, bins: number): number[] {
  const slots: number[] = [];
  for (const [at, count] of counts.entries()) {
    const slot = first - firstBin + at;
    if (slot < 0 || slot >= bins) continue;
    while (slots.length < slot) slots.push(0);
    slots[slot] = count;
  }
  return slots;
}

export const decodeSketch = (list: readonly number[]): number[] => decodeBins(list, FIRST_SKETCH_BIN, SKETCH_BINS);

/** By cell × `LADDER_BINS` + slot. */
export function decodeLadders(rows: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(CELLS * LADDER_BINS).fill(0);
  for (const [cell = CELLS, ...list] of rows) {
    if (cell >= CELLS) continue;
    for (const [slot, count] of decodeBins(list, FIRST_LADDER_BIN, LADDER_BINS).entries()) {
      sums[cell * LADDER_BINS + slot] = (sums[cell * LADDER_BINS + slot] ?? 0) + count;
    }
  }
  return sums;
}
