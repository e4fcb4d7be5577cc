/** Whether a pattern may be written: what is asked of it, and in which words it is refused. */
import { MAX_MATCHED_LENGTH } from "@bannerol/core";
import { whyUnreadable } from "./readable.ts";
import { waysOf, withoutCounts } from "./shape.ts";
import type { Judge, Verdict } from "./verdict.ts";

export interface Pattern {
  readonly pattern: string;
  readonly ignoreCase: boolean;
}

export type Proof =
  | { readonly proved: true }
  /** `certain`: asked again, the answer would be the same. */
  | { readonly proved: false; readonly message: string; readonly certain: boolean };

/** What a proof takes from outside; `monotonic` is a clock in milliseconds. */
export interface ProofPorts {
  readonly judge: Judge;
  readonly monotonic: () => number;
}

/** Of backtracking, each a few nanoseconds, on the worst text there is: a bound that real patterns stay far below. */
const MOST_STEPS = 1e8;
const MOST_GROWTH = 2;
/** Everyday patterns take up to one second of an idle machine; a busy one must not refuse them. */
const PROOF_MS = 5_000;
/** What the first proof may take of it. */
const FIRST_PROOF_MS = 3_000;

/** Something to prove: what is judged, and in how many ways its choices can be combined. */
interface Claim {
  readonly source: string;
  readonly ways: number;
}

/**
 * Proves that the pattern takes at worst quadratic time, with a bearable factor, in an engine that backtracks. Either
 * of two proofs will do: of the pattern as it is, where its choices cannot be combined in too many ways; or of the
 * pattern with its counted repetitions made endless, which backtracks at least as much.
 */
export async function prove({ pattern, ignoreCase }: Pattern, { judge, monotonic }: ProofPorts): Promise<Proof> {
  const unreadable = whyUnreadable(pattern, ignoreCase);
  if (unreadable !== undefined) return refused(unreadable);
  const end = monotonic() + PROOF_MS;
  let worst: Verdict = { growth: 1 };
  for (const { source, ways } of claimsOf(pattern)) {
    const timeoutMs = Math.min(FIRST_PROOF_MS, Math.max(1, Math.ceil(end - monotonic())));
    const verdict = await judge({ source, flags: ignoreCase ? "iu" : "u", timeoutMs });
    if (isBearable(verdict, ways)) return { proved: true };
    if (source === pattern && growsTooFast(verdict)) return refused(tooFast(verdict));
    if (worst.growth !== "unknown") worst = verdict;
  }
  if (worst.growth === "unknown") return refused(NOT_IN_TIME, false);
  return refused(worst.growth === "exponential" ? tooFast(worst) : TOO_MANY_WAYS);
}

/** What is worth trying, the likelier first: counts make an automaton large where they leave a choice. */
function claimsOf(pattern: string): readonly Claim[] {
  const ways = waysOf(pattern);
  const endless = withoutCounts(pattern);
  const claims = [{ source: pattern, ways: ways.exact }];
  if (endless !== undefined) claims.push({ source: endless, ways: ways.withoutCounts });
  if (ways.exact > ways.withoutCounts) claims.reverse();
  return claims.filter((claim) => isBearable({ growth: 1 }, claim.ways));
}

function isBearable({ growth }: Verdict, ways: number): boolean {
  return typeof growth === "number" && growth <= MOST_GROWTH && ways * MAX_MATCHED_LENGTH ** growth <= MOST_STEPS;
}

function growsTooFast({ growth }: Verdict): boolean {
  return growth === "exponential" || (typeof growth === "number" && growth > MOST_GROWTH);
}

const WHAT_TO_DO =
  "Let no two parts in a row match the same text, repeat no group that repeats inside, leave out .* at either end; or use startsWith, endsWith or contains.";
const TOO_MANY_WAYS = `It cannot be proved that the pattern runs fast: its choices can be combined in too many ways. ${WHAT_TO_DO}`;
const NOT_IN_TIME = `It could not be proved within ${PROOF_MS / 1_000} s that the pattern runs fast. Make it simpler, or split it into several values. ${WHAT_TO_DO}`;

const SHOWN_LENGTH = 24;

function tooFast({ growth, attack = "" }: Verdict): string {
  const growing = growth === "exponential" ? "exponential time" : `time that grows with the power of ${growth}`;
  const text = attack.length > SHOWN_LENGTH ? `${attack.slice(0, SHOWN_LENGTH)}…` : attack;
  return `On a text like ${JSON.stringify(text)} the pattern takes ${growing}, and would stall whoever evaluates it. ${WHAT_TO_DO}`;
}

function refused(message: string, certain = true): Proof {
  return { proved: false, message, certain };
}
