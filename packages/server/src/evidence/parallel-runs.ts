/** Parallel runs as lists of sums that are kept, and the report of them. Pure. */
import { decodeSketch, type ParallelRow } from "@bannerol/protocol";
import { total } from "../features/releases/judge/evidence.ts";
import { edgeOf, millisecondsAt } from "../features/releases/judge/statistics/latency.ts";
import type { KeptSumRow, SumRow } from "../store/evidence-store.ts";

export const parallelSubject = (flag: string): string => `parallel:${flag}`;

/** Signatures, known differences and samples that a report holds of each revision, the most frequent first. */
const MOST_NAMED = 50;
const QUANTILES = [0.5, 0.95, 0.99] as const;

export function parallelRowsOf(row: ParallelRow): readonly SumRow[] {
  const { flag, revision, errors } = row;
  const list = (name: string, field: string, numbers: readonly number[]): SumRow => {
    return { subject: parallelSubject(flag), part: revision, name, side: "", field, numbers };
  };
  const count = (name: string, amount = 0) => (amount === 0 ? [] : [list(name, "count", [amount])]);
  const named = (field: string, counts: readonly (readonly [string, number])[] = []) =>
    counts.map(([name, amount]) => list(name, field, [amount]));
  const sketch = (name: string, bins: readonly number[] = []) =>
    bins.length === 0 ? [] : [list(name, "d", decodeSketch(bins))];
  return [
    ...count("runs", row.runs),
    ...count("matches", row.matches),
    ...count("timeouts", row.timeouts),
    ...count("skipped", row.skipped),
    ...count("controlErrors", errors?.control),
    ...count("candidateErrors", errors?.candidate),
    ...named("mismatch", row.mismatches),
    ...named("ignored", row.ignored),
    ...named(
      "sample",
      row.samples?.map((text) => [text, 1]),
    ),
    ...sketch("control", row.control),
    ...sketch("candidate", row.candidate),
  ];
}

export interface Named {
  readonly name: string;
  readonly count: number;
}

export interface Times {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface ParallelReport {
  /** The flag's revision that was evaluated. */
  readonly revision: number;
  readonly lastAt: number;
  readonly runs: number;
  readonly matches: number;
  readonly mismatches: number;
  readonly timeouts: number;
  readonly skipped: number;
  readonly errors: { readonly control: number; readonly candidate: number };
  readonly signatures: readonly Named[];
  readonly ignored: readonly Named[];
  readonly samples: readonly string[];
  /** Milliseconds, to 1 %. Absent where nothing was measured. */
  readonly control?: Times;
  readonly candidate?: Times;
}

/** For each revision, the newest first. */
export function parallelReports(rows: readonly KeptSumRow[]): readonly ParallelReport[] {
  const revisions = [...new Set(rows.map(({ part }) => part))].sort((a, b) => b - a);
  return revisions.map((revision) =>
    reportOf(
      revision,
      rows.filter(({ part }) => part === revision),
    ),
  );
}

function reportOf(revision: number, rows: readonly KeptSumRow[]): ParallelReport {
  const count = (name: string) => total(rows.find((row) => row.field === "count" && row.name === name)?.numbers);
  const named = (field: string): readonly Named[] =>
    rows
      .filter((row) => row.field === field)
      .map(({ name, numbers }) => ({ name, count: total(numbers) }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_NAMED);
  const mismatches = rows.filter(({ field }) => field === "mismatch");
  return {
    revision,
    lastAt: Math.max(...rows.map(({ at }) => at)),
    runs: count("runs"),
    matches: count("matches"),
    mismatches: mismatches.reduce((sum, { numbers }) => sum + total(numbers), 0),
    timeouts: count("timeouts"),
    skipped: count("skipped"),
    errors: { control: count("controlErrors"), candidate: count("candidateErrors") },
    signatures: named("mismatch"),
    ignored: named("ignored"),
    samples: named("sample").map(({ name }) => name),
    ...timesOf("control", rows),
    ...timesOf("candidate", rows),
  };
}

function timesOf(name: "control" | "candidate", rows: readonly KeptSumRow[]): { readonly [name: string]: Times } {
  const sketch = rows.find((row) => row.field === "d" && row.name === name)?.numbers;
  if (sketch === undefined || total(sketch) === 0) return {};
  const [p50, p95, p99] = QUANTILES.map((quantile) => millisecondsAt(edgeOf(sketch, quantile)));
  return { [name]: { p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 } };
}
