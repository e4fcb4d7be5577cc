/** Questions for the judge, as tests put them. */
import { CELLS, FIRST_LADDER_BIN, FIRST_SKETCH_BIN, LADDER_BINS, ladderBin, sketchBin } from "@bannerol/protocol";
import type { GuardInput } from "@bannerol/protocol/schemas";
import type { SideSums, Sums } from "../evidence.ts";
import { guardOf } from "../read-guard.ts";
import type { Question } from "../verdict.ts";

export const NOW = Date.parse("2026-01-31T12:00:00Z");

/** `count` spread over the cells as evenly as whole numbers can be. */
export function spread(count: number): readonly number[] {
  return Array.from({ length: CELLS }, (_, cell) => Math.floor(count / CELLS) + (cell < count % CELLS ? 1 : 0));
}

export function sums(n: number, x = 0, more: Sums = {}): Sums {
  return { n: spread(n), x: spread(x), u: spread(n), ...more };
}

/** Durations in milliseconds, each so often. */
export function durations(counts: Readonly<Record<number, number>>): Sums {
  const d = new Array<number>(1_500).fill(0);
  const h = new Array<number>(CELLS * LADDER_BINS).fill(0);
  let n = 0;
  for (const [text, count] of Object.entries(counts)) {
    const ms = Number(text);
    n += count;
    d[sketchBin(ms) - FIRST_SKETCH_BIN] = (d[sketchBin(ms) - FIRST_SKETCH_BIN] ?? 0) + count;
    for (const [cell, part] of spread(count).entries()) {
      const slot = cell * LADDER_BINS + ladderBin(ms) - FIRST_LADDER_BIN;
      h[slot] = (h[slot] ?? 0) + part;
    }
  }
  return { n: spread(n), u: spread(n), d, h };
}

export function side(name: string, of: Sums, more: Partial<SideSums> = {}): SideSums {
  return { step: 0, metric: "checkout", side: name, sums: of, at: NOW, ...more };
}

export function question(
  rows: readonly SideSums[],
  more: Partial<Question> = {},
  guard: Partial<GuardInput> = {},
): Question {
  return {
    guards: [guardOf({ metric: "checkout", measure: "errors", ...guard })],
    steps: [
      { percentage: 5, holdMs: 600_000 },
      { percentage: 100, holdMs: 600_000 },
    ],
    step: 0,
    heldMs: 600_000,
    maxHoldMs: 6_000_000,
    treated: { on: 1 },
    evidence: { sums: rows, readings: [] },
    now: NOW,
    ...more,
  };
}
