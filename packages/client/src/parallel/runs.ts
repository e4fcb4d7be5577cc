/** Counts of parallel runs by flag and revision. Bounded; it forgets what was taken. */
import {
  FIRST_SKETCH_BIN,
  MAX_HELLO_TEXT_LENGTH,
  MAX_MISMATCHES,
  MAX_OUTCOME_ROWS,
  MAX_SAMPLE_LENGTH,
  MAX_SAMPLES,
  type ParallelRow,
  sketchBin,
} from "@bannerol/protocol";
import type { EventRow } from "../events/batches.ts";
import { listOf } from "../outcomes/tally.ts";

export interface RunPlace {
  readonly flag: string;
  readonly revision: number;
}

/** What came of one run. */
export interface RunResult {
  readonly agreement: "match" | "ignored" | "mismatch" | "timeout" | "error";
  /** The signature of a mismatch, the name of a known difference. */
  readonly name?: string | undefined;
  readonly sample?: string | undefined;
  readonly controlFailed: boolean;
  readonly candidateFailed: boolean;
  readonly controlMs: number;
  /** Absent where it was given up. */
  readonly candidateMs?: number | undefined;
}

interface Counts {
  runs: number;
  matches: number;
  timeouts: number;
  skipped: number;
  control: number;
  candidate: number;
  readonly mismatches: Map<string, number>;
  readonly ignored: Map<string, number>;
  readonly samples: string[];
  readonly controlMs: Map<number, number>;
  readonly candidateMs: Map<number, number>;
}

export interface Runs {
  readonly skipped: (place: RunPlace) => void;
  readonly ended: (place: RunPlace, result: RunResult) => void;
  readonly take: () => readonly EventRow[];
  readonly dropped: () => number;
}

/** Stands for all signatures that find no room. */
const OTHERS = "others";

export function createRuns(): Runs {
  let rows = new Map<string, { readonly place: RunPlace; readonly counts: Counts }>();
  let dropped = 0;

  const countsOf = (place: RunPlace): Counts | undefined => {
    const name = `${place.flag}\0${place.revision}`;
    const known = rows.get(name);
    if (known !== undefined || rows.size >= MAX_OUTCOME_ROWS) return known?.counts;
    const counts = nothing();
    rows.set(name, { place, counts });
    return counts;
  };

  return {
    skipped(place) {
      const counts = countsOf(place);
      if (counts !== undefined) counts.skipped++;
    },
    ended(place, result) {
      const counts = countsOf(place);
      if (counts === undefined) dropped++;
      else put(counts, result);
    },
    take() {
      const taken = rows;
      rows = new Map();
      return [...taken.values()].map(({ place, counts }) => {
        return { kind: "parallel", text: JSON.stringify(rowOf(place, counts)), count: counts.runs } as const;
      });
    },
    dropped: () => dropped,
  };
}

function nothing(): Counts {
  return {
    runs: 0,
    matches: 0,
    timeouts: 0,
    skipped: 0,
    control: 0,
    candidate: 0,
    mismatches: new Map(),
    ignored: new Map(),
    samples: [],
    controlMs: new Map(),
    candidateMs: new Map(),
  };
}

function put(counts: Counts, result: RunResult): void {
  const { agreement, name = OTHERS, sample, controlFailed, candidateFailed, controlMs, candidateMs } = result;
  counts.runs++;
  if (controlFailed) counts.control++;
  if (candidateFailed) counts.candidate++;
  if (agreement === "match") counts.matches++;
  else if (agreement === "timeout") counts.timeouts++;
  else if (agreement === "ignored") addNamed(counts.ignored, name);
  else if (agreement === "mismatch") addNamed(counts.mismatches, name);
  if (sample !== undefined && counts.samples.length < MAX_SAMPLES)
    counts.samples.push(sample.slice(0, MAX_SAMPLE_LENGTH));
  addTo(counts.controlMs, sketchBin(controlMs));
  if (candidateMs !== undefined) addTo(counts.candidateMs, sketchBin(candidateMs));
}

function addNamed(counts: Map<string, number>, name: string): void {
  const short = name.slice(0, MAX_HELLO_TEXT_LENGTH);
  const room = counts.has(short) || counts.size < MAX_MISMATCHES - 1;
  addTo(counts, room ? short : OTHERS);
}

function addTo<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function rowOf({ flag, revision }: RunPlace, counts: Counts): ParallelRow {
  const { runs, matches, timeouts, skipped, control, candidate, mismatches, ignored, samples } = counts;
  return {
    flag,
    revision,
    runs,
    matches,
    ...(timeouts > 0 && { timeouts }),
    ...(skipped > 0 && { skipped }),
    ...(control + candidate > 0 && { errors: { control, candidate } }),
    ...(mismatches.size > 0 && { mismatches: [...mismatches] }),
    ...(ignored.size > 0 && { ignored: [...ignored] }),
    ...(counts.controlMs.size > 0 && { control: listOf(counts.controlMs, FIRST_SKETCH_BIN) }),
    ...(counts.candidateMs.size > 0 && { candidate: listOf(counts.candidateMs, FIRST_SKETCH_BIN) }),
    ...(samples.length > 0 && { samples }),
  };
}
