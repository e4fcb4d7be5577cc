/** Runs a new way beside the old one. An entry of its own: who does not import it loads none of it. */
import type { FlagKeyOf } from "@bannerol/client";
import { createParallelRun, createRuns, type ParallelOptions } from "@bannerol/client/parallel";
import { versionOf } from "@bannerol/core";
import type { BrowserClient } from "./client.ts";
import { type HasInner, INNER } from "./inner.ts";
import { browserClock as clock, browserTimers as timers } from "./net/browser-ports.ts";

export { ParallelMismatchError, type ParallelOptions } from "@bannerol/client/parallel";

/**
 * Gives `parallelRun` of a client. It runs `control` always and gives its result, the very one; where the flag is on for
 * the context in hand it runs `candidate` too, compares, and tells of match, mismatch, errors and both durations. A
 * candidate can neither fail nor change the control's answer.
 *
 * @throws {TypeError} where `flags` was not made by `createClient` of this package.
 */
export function parallelRunOf(flags: BrowserClient): <T>(key: FlagKeyOf<"boolean">, options: ParallelOptions<T>) => T {
  const { [INNER]: inner } = flags as BrowserClient & Partial<HasInner>;
  if (inner === undefined) {
    throw new TypeError("parallelRunOf() needs a client of createClient(), of the same version; this is none.");
  }
  const runs = createRuns();
  inner.tell(runs.take);
  const run = createParallelRun({
    clock,
    timers,
    random: Math.random,
    outcomes: inner.outcomes,
    runs,
    isEnabled: (key) => flags.isEnabled(key),
    revisionOf: (key) => versionOf(inner.ruleset()?.flags.get(key)),
  });
  return (key, options) => run(key, flags.context, options);
}
