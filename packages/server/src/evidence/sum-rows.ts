/** Rows of events as lists of sums that are kept, and back. Pure. */
import { decodeCells, decodeLadders, decodeSketch, type OutcomeRow, type OutcomeSide } from "@bannerol/protocol";
import {
  type ReleaseEvidence,
  type SideReadings,
  type SideSums,
  type Sums,
  sumFields,
} from "../features/releases/judge/evidence.ts";
import type { KeptSumRow, SumRow } from "../store/evidence-store.ts";

export const releaseSubject = (release: string): string => `release:${release}`;

/** What a source outside said is kept under the guard's position, one list of one number for each instant. */
const READINGS = "$guard:";
const INSTANT = "r:";

/** Lists of one row, a list for each side and field. */
export function sumRowsOf({ release, step, metric, sides }: OutcomeRow): readonly SumRow[] {
  return Object.entries(sides).flatMap(([side, sums]) =>
    Object.entries(sumsOf(sums)).map(([field, numbers]) => ({
      subject: releaseSubject(release),
      part: step,
      name: metric,
      side,
      field,
      numbers: withoutZeros(numbers),
    })),
  );
}

/** No side has more failures in a cell than outcomes. */
function sumsOf(side: OutcomeSide): Sums {
  const n = decodeCells(side.n);
  return {
    n,
    u: side.u === undefined ? n : decodeCells(side.u),
    ...(side.x !== undefined && { x: decodeCells(side.x).map((count, cell) => Math.min(count, n[cell] ?? 0)) }),
    ...(side.s !== undefined && { s: decodeCells(side.s) }),
    ...(side.q !== undefined && { q: [side.q] }),
    ...(side.z !== undefined && { z: [side.z] }),
    ...(side.m !== undefined && { m: [side.m] }),
    ...(side.d !== undefined && { d: decodeSketch(side.d) }),
    ...(side.h !== undefined && { h: decodeLadders(side.h) }),
  };
}

function withoutZeros(numbers: readonly number[]): readonly number[] {
  let end = numbers.length;
  while (end > 1 && numbers[end - 1] === 0) end--;
  return numbers.slice(0, end);
}

export interface Reading {
  readonly release: string;
  readonly step: number;
  /** Position of the guard. */
  readonly guard: number;
  readonly side: string;
  readonly at: number;
  readonly value: number;
}

export function readingRow({ release, step, guard, side, at, value }: Reading): SumRow {
  const name = `${READINGS}${guard}`;
  return { subject: releaseSubject(release), part: step, name, side, field: `${INSTANT}${at}`, numbers: [value] };
}

/** What the judge is given, in an order of its own. */
export function evidenceFrom(rows: readonly KeptSumRow[]): ReleaseEvidence {
  const sums = new Map<string, SideSums>();
  const told = rows.filter(({ name }) => !name.startsWith(READINGS));
  for (const row of told.sort(byName)) {
    const place = JSON.stringify([row.part, row.name, row.side]);
    sums.set(place, withField(sums.get(place), row));
  }
  return { sums: [...sums.values()], readings: readingsIn(rows) };
}

interface Series {
  /** One of its rows. */
  readonly row: KeptSumRow;
  readonly points: (readonly [at: number, value: number])[];
}

/** A day of readings is thousands of rows, and they are read again and again: each is put in its place once. */
function readingsIn(rows: readonly KeptSumRow[]): readonly SideReadings[] {
  const series = new Map<string, Series>();
  for (const row of rows) {
    if (!row.name.startsWith(READINGS)) continue;
    const place = `${row.part} ${row.name} ${row.side}`;
    const known = series.get(place) ?? { row, points: [] };
    series.set(place, known);
    known.points.push([Number(row.field.slice(INSTANT.length)), row.numbers[0] ?? 0]);
  }
  const inOrder = [...series].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, { row, points }]) => ({
    step: row.part,
    guard: Number(row.name.slice(READINGS.length)),
    side: row.side,
    points: points.sort(([a], [b]) => a - b),
  }));
}

function withField(before: SideSums | undefined, { part, name, side, field, numbers, at }: KeptSumRow): SideSums {
  const known = sumFields.some((one) => one === field);
  const added = { ...before?.sums, ...(known && { [field]: numbers }) };
  return { step: part, metric: name, side, sums: added, at: Math.max(before?.at ?? 0, at) };
}

function byName(a: KeptSumRow, b: KeptSumRow): number {
  const name = ({ part, name: of, side, field }: KeptSumRow) => JSON.stringify([part, of, side, field]);
  return name(a) < name(b) ? -1 : 1;
}
