/** How much is measured. */
import type { CrowdSize } from "./fan-out.ts";

export interface Amounts {
  readonly crowds: readonly CrowdSize[];
  /** Of the flag that changes, of starts and of event loops. */
  readonly flags: number;
  readonly starts: number;
  /** Of rulesets a second. */
  readonly ruleset: { readonly flags: number; readonly rounds: number; readonly seconds: number };
  readonly keys: number;
}

const USUAL = [100, 1_000];

/** `connections`: the most of them. */
export function amountsOf({ short, connections }: { readonly short: boolean; readonly connections?: number }): Amounts {
  if (short) {
    return {
      crowds: [{ connections: connections ?? 100, rounds: 5, everyMs: 250 }],
      flags: 5_000,
      starts: 1,
      ruleset: { flags: 500, rounds: 1, seconds: 1 },
      keys: 100_000,
    };
  }
  const most = connections ?? 10_000;
  return {
    crowds: [...USUAL.filter((fewer) => fewer < most), most].map((size) => ({
      connections: size,
      rounds: 30,
      everyMs: 1_000,
    })),
    flags: 5_000,
    starts: 5,
    ruleset: { flags: 500, rounds: 3, seconds: 5 },
    keys: 1_000_000,
  };
}
