import { type Finding, MAX_PATTERN_LENGTH, patternsIn } from "@bannerol/core";
import type { Pattern, Proof } from "./prove.ts";

/** A request waits for proofs at most about this long; what was proved until then is remembered for the next try. */
const MAX_PROVING_MS = 10_000;

const NOT_REACHED =
  "There was no time left to prove this pattern: the document has many. Send it again, what has been proved is remembered; or use fewer patterns.";

/** Whoever proves, and a clock in milliseconds. */
export interface PatternPorts {
  readonly prove: (pattern: Pattern) => Promise<Proof>;
  readonly monotonic: () => number;
}

/**
 * What is wrong with the patterns of a flag, a targeting or a segment, beyond what core's checks find: those that not
 * every engine takes, and those that are not proved to run fast. What core refuses for its length is not looked at.
 */
export async function checkPatterns(source: unknown, ports: PatternPorts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const end = ports.monotonic() + MAX_PROVING_MS;
  for (const { path, ...pattern } of patternsIn(source)) {
    if (pattern.pattern.length > MAX_PATTERN_LENGTH) continue;
    if (ports.monotonic() > end) return [...findings, { path, message: NOT_REACHED }];
    const proof = await ports.prove(pattern);
    if (!proof.proved) findings.push({ path, message: proof.message });
  }
  return findings;
}
