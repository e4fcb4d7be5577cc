/**
 * Sums of outcomes by flag, release, step, metric and side. Bounded: of so many rows and sides; what finds no room is
 * counted as dropped. It forgets what was taken.
 */
import type { Watch } from "@bannerol/core";
import {
  CELLS,
  encodeBins,
  encodeCells,
  FIRST_LADDER_BIN,
  FIRST_SKETCH_BIN,
  ladderBin,
  MAX_OUTCOME_ROWS,
  MAX_OUTCOME_SIDES,
  type OutcomeRow,
  type OutcomeSide,
  sketchBin,
} from "@bannerol/protocol";

/** Whose outcome it is. */
export interface Place {
  readonly flag: string;
  readonly watch: Watch;
  readonly side: string;
  readonly cell: number;
}

/** How something went. */
export interface Went {
  readonly ok: boolean;
  readonly value?: number | undefined;
  readonly ms?: number | undefined;
}

interface SideTally {
  readonly n: number[];
  readonly x: number[];
  readonly u: number[];
  readonly s: number[];
  readonly d: Map<number, number>;
  readonly h: Map<number, Map<number, number>>;
  q: number;
  z: number;
  m: number | undefined;
}

interface Row {
  readonly flag: string;
  readonly watch: Watch;
  readonly sides: Map<string, SideTally>;
}

/** A row, and how many outcomes it tells of. */
export interface TakenRow {
  readonly row: OutcomeRow;
  readonly outcomes: number;
}

export interface Tally {
  readonly started: (place: Place) => void;
  readonly ended: (place: Place, went: Went) => void;
  readonly take: () => readonly TakenRow[];
  readonly dropped: () => number;
}

export function createTally(): Tally {
  let rows = new Map<string, Row>();
  let dropped = 0;

  const sideOf = ({ flag, watch, side }: Place): SideTally | undefined => {
    const name = `${flag}\0${watch.release}\0${watch.step}\0${watch.metric}`;
    const row = rows.get(name) ?? (rows.size < MAX_OUTCOME_ROWS ? { flag, watch, sides: new Map() } : undefined);
    if (row !== undefined) rows.set(name, row);
    const known = row?.sides.get(side);
    if (row === undefined || known !== undefined || row.sides.size >= MAX_OUTCOME_SIDES) return known;
    const made = emptySide();
    row.sides.set(side, made);
    return made;
  };

  return {
    started(place) {
      const side = sideOf(place);
      if (side !== undefined) add(side.u, place.cell);
    },
    ended(place, went) {
      const side = sideOf(place);
      if (side === undefined) dropped++;
      else put(side, place, went);
    },
    take() {
      const taken = rows;
      rows = new Map();
      return [...taken.values()].map(takenRow);
    },
    dropped: () => dropped,
  };
}

function emptySide(): SideTally {
  const cells = () => new Array<number>(CELLS).fill(0);
  return { n: cells(), x: cells(), u: cells(), s: cells(), d: new Map(), h: new Map(), q: 0, z: 0, m: undefined };
}

function add(list: number[], at: number, amount = 1): void {
  list[at] = (list[at] ?? 0) + amount;
}

function addTo(counts: Map<number, number>, bin: number): void {
  counts.set(bin, (counts.get(bin) ?? 0) + 1);
}

function put(side: SideTally, { watch, cell }: Place, { ok, value, ms }: Went): void {
  add(side.n, cell);
  if (!ok) add(side.x, cell);
  if (watch.values === true && value !== undefined) putValue(side, cell, Math.min(value, watch.cap ?? value));
  if (watch.latency !== true || ms === undefined) return;
  addTo(side.d, sketchBin(ms));
  const ladder = side.h.get(cell) ?? new Map<number, number>();
  addTo(ladder, ladderBin(ms));
  side.h.set(cell, ladder);
}

function putValue(side: SideTally, cell: number, value: number): void {
  add(side.s, cell, value);
  side.q += value * value;
  if (value !== 0) side.z++;
  side.m = Math.max(side.m ?? value, value);
}

function takenRow({ flag, watch, sides }: Row): TakenRow {
  const { release, step, metric } = watch;
  const encoded = [...sides].map(([side, tally]) => [side, encodeSide(tally, watch)] as const);
  const outcomes = [...sides.values()].reduce((sum, { n }) => sum + n.reduce((all, count) => all + count, 0), 0);
  return { row: { flag, release, step, metric, sides: Object.fromEntries(encoded) }, outcomes };
}

function encodeSide({ n, x, u, s, d, h, q, z, m }: SideTally, { values, latency }: Watch): OutcomeSide {
  const failed = x.some((count) => count > 0);
  const differ = u.some((count, cell) => count !== n[cell]);
  return {
    n: encodeCells(n),
    ...(failed && { x: encodeCells(x) }),
    ...(differ && { u: encodeCells(u) }),
    ...(values === true && { s: encodeCells(s), q, z, ...(m !== undefined && { m }) }),
    ...(latency === true && d.size > 0 && { d: listOf(d, FIRST_SKETCH_BIN), h: ladders(h) }),
  };
}

function ladders(h: SideTally["h"]): readonly (readonly number[])[] {
  return [...h].map(([cell, bins]) => [cell, ...listOf(bins, FIRST_LADDER_BIN)]);
}

/** The first bin, then counts. */
export function listOf(bins: ReadonlyMap<number, number>, first: number): readonly number[] {
  const slots = Math.max(...bins.keys()) - first + 1;
  return encodeBins(
    Array.from({ length: slots }, (_, slot) => bins.get(slot + first) ?? 0),
    first,
  );
}
