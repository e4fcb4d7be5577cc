/**
 * Runs a new way beside the old one: the control's answer is the caller's, whatever the candidate does.
 *
 *     control ─► caller gets its result, the very one, at once
 *        └─► candidate (where the flag is on, the breaker closed, and not too many are under way) ─► compared, counted
 */
import type { EvaluationContext } from "@bannerol/core";
import type { FlagKeyOf } from "../evaluation/flag-keys.ts";
import type { Outcomes } from "../outcomes/outcomes.ts";
import type { Clock, Random, Timers } from "../ports.ts";
import { isPromise, watchPromise } from "../promises.ts";
import { agreementOf, type Comparison, type Ended } from "./agreement.ts";
import { createBreaker } from "./breaker.ts";
import type { RunResult, Runs } from "./runs.ts";

export interface ParallelOptions<T> extends Comparison<Awaited<T>> {
  /** The way that is in use: its result, or what it throws, is the caller's. */
  readonly control: () => T;
  /** The way that is tried. What it throws, how long it takes and what it gives harm nobody. */
  readonly candidate: (given: { readonly signal: AbortSignal }) => T | PromiseLike<Awaited<T>>;
  /** Whether two results say the same. Default: deep equality. */
  readonly equal?: (control: Awaited<T>, candidate: Awaited<T>) => boolean;
  /** Known differences by name, each counted. */
  readonly ignore?: { readonly [name: string]: (control: Awaited<T>, candidate: Awaited<T>) => boolean };
  /** What of a result may be told in a sample of a mismatch. Default: nothing but paths and types. */
  readonly clean?: (value: Awaited<T>) => unknown;
  /** After so many milliseconds the candidate is given up, and its signal says so. Default: 1,000. */
  readonly timeoutMs?: number;
  /** So many candidates are under way at once at most; one that would begin beyond it is left out. Default: 20. */
  readonly maxInFlight?: number;
  /**
   * `after` (default): the candidate begins once the control has ended. `concurrent`: right after the control has begun.
   * `randomOrder`: either begins first, for fair timing. A control that is synchronous has ended before anything else.
   */
  readonly mode?: "after" | "concurrent" | "randomOrder";
  /** For tests: throws `ParallelMismatchError` where the results do not agree. */
  readonly strict?: boolean;
}

export type ParallelRun = <T>(
  key: FlagKeyOf<"boolean">,
  context: EvaluationContext | undefined,
  options: ParallelOptions<T>,
) => T;

/** Of a strict parallel run. */
export class ParallelMismatchError extends Error {
  override readonly name = "ParallelMismatchError";
  readonly flag: string;
  /** Where the results differ; what else did not agree. */
  readonly signature: string;

  constructor(flag: string, signature: string) {
    super(
      `The candidate of ${flag} does not agree with the control: ${signature}. Mend the candidate, or name the difference in ignore.`,
    );
    this.flag = flag;
    this.signature = signature;
  }
}

export interface ParallelPorts {
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Pick<Timers, "set">;
  readonly random: Random;
  readonly isEnabled: (key: string, context: EvaluationContext | undefined) => boolean;
  /** The flag's own; 0 where it cannot be read. */
  readonly revisionOf: (key: string) => number;
  /** Undefined where nobody watches. */
  readonly outcomes: () => Pick<Outcomes, "watching" | "tally"> | undefined;
  readonly runs: Runs;
}

const TIMEOUT_MS = 1_000;
const IN_FLIGHT = 20;

export function createParallelRun(ports: ParallelPorts): ParallelRun {
  const { clock, timers, runs } = ports;
  const breaker = createBreaker();
  let inFlight = 0;

  const admits = (key: string, most: number): boolean => {
    if (inFlight < most && breaker.allows(key, clock.monotonic())) return true;
    runs.skipped({ flag: key, revision: ports.revisionOf(key) });
    return false;
  };

  /** Calls the candidate; `done` is called once, whatever happens. */
  const runCandidate = <T>(
    { candidate, timeoutMs = TIMEOUT_MS }: ParallelOptions<T>,
    done: (ended: Ended<Awaited<T>> | undefined) => void,
  ): void => {
    const aborter = new AbortController();
    const startedAt = clock.monotonic();
    let open = true;
    inFlight++;
    const end = (ended: Ended<Awaited<T>> | undefined): void => {
      if (!open) return;
      open = false;
      inFlight--;
      cancel();
      done(ended);
    };
    const kept = (value: unknown) => end({ ok: true, value: value as Awaited<T>, ms: clock.monotonic() - startedAt });
    const broken = (error: unknown) => end({ ok: false, error, ms: clock.monotonic() - startedAt });
    const cancel = timers.set(timeoutMs, () => {
      end(undefined);
      aborter.abort(new Error(`The candidate was given up after ${timeoutMs} ms.`));
    });
    let result: T | PromiseLike<Awaited<T>>;
    try {
      result = candidate({ signal: aborter.signal });
    } catch (error) {
      broken(error);
      return;
    }
    if (isPromise(result)) Promise.resolve(result).then(kept, broken);
    else kept(result);
  };

  const tell = (key: string, context: EvaluationContext | undefined, result: RunResult): void => {
    breaker.ended(key, !result.candidateFailed && result.agreement !== "timeout", clock.monotonic());
    runs.ended({ flag: key, revision: ports.revisionOf(key) }, result);
    const outcomes = ports.outcomes();
    if (outcomes !== undefined) tellGuards(outcomes, { key, context, result });
  };

  return function parallelRun<T>(key: string, context: EvaluationContext | undefined, options: ParallelOptions<T>): T {
    const { control, mode = "after", maxInFlight = IN_FLIGHT, strict = false } = options;
    if (!ports.isEnabled(key, context)) return control();

    const pair = createPair<T>((first, second) => {
      const result = agreementOf(first, second, options);
      tell(key, context, result);
      return result;
    });
    const beginCandidate = (): void =>
      admits(key, maxInFlight) ? runCandidate(options, pair.candidate) : pair.leaveOut();
    const candidateFirst = mode === "randomOrder" && ports.random() < 0.5;
    if (candidateFirst) beginCandidate();

    const startedAt = clock.monotonic();
    const ms = () => clock.monotonic() - startedAt;
    let result: T;
    try {
      result = control();
    } catch (error) {
      pair.control({ ok: false, error, ms: ms() });
      later();
      throw error;
    }
    if (isPromise(result)) {
      // A strict run awaits the control itself, also one that cannot be watched.
      const given = strict ? Promise.resolve(result) : result;
      watchPromise(given, {
        kept: (value) => settled({ ok: true, value: value as Awaited<T>, ms: ms() }),
        broken: (error) => settled({ ok: false, error, ms: ms() }),
      });
      if (!candidateFirst && mode !== "after") beginCandidate();
      return strict ? (pair.agreed(given, key) as T) : result;
    }
    pair.control({ ok: true, value: result as Awaited<T>, ms: ms() });
    if (strict) {
      if (!candidateFirst) beginCandidate();
      pair.check(key);
    } else later();
    return result;

    function settled(ended: Ended<Awaited<T>>): void {
      pair.control(ended);
      if (mode !== "after") return;
      if (strict) beginCandidate();
      else later();
    }

    /** Not before the caller has gone on: what a candidate does at once would hold its answer up. */
    function later(): void {
      if (!candidateFirst) timers.set(0, beginCandidate);
    }
  };
}

/** Waits for both sides. */
function createPair<T>(compare: (control: Ended<Awaited<T>>, candidate: Ended<Awaited<T>> | undefined) => RunResult) {
  let control: Ended<Awaited<T>> | undefined;
  let candidate: { readonly ended: Ended<Awaited<T>> | undefined } | undefined;
  let result: RunResult | undefined;
  let leftOut = false;
  let wake: () => void = () => undefined;
  const both = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const settle = (): void => {
    if (control === undefined || candidate === undefined) return;
    result = compare(control, candidate.ended);
    wake();
  };
  const check = (flag: string): void => {
    if (leftOut) return;
    if (result === undefined) {
      throw new ParallelMismatchError(flag, "a strict run of a synchronous control needs a synchronous candidate");
    }
    const { agreement, name = agreement } = result;
    if (agreement !== "match" && agreement !== "ignored") throw new ParallelMismatchError(flag, name);
  };
  return {
    control(ended: Ended<Awaited<T>>) {
      control = ended;
      settle();
    },
    candidate(ended: Ended<Awaited<T>> | undefined) {
      candidate = { ended };
      settle();
    },
    /** There is no candidate to wait for. */
    leaveOut() {
      leftOut = true;
      wake();
    },
    check,
    async agreed(given: PromiseLike<unknown>, flag: string): Promise<unknown> {
      const value = await given;
      await both;
      check(flag);
      return value;
    },
  };
}

interface Told {
  readonly key: string;
  readonly context: EvaluationContext | undefined;
  readonly result: RunResult;
}

/** Parallel runs are outcomes for guards that ask for them. */
function tellGuards({ watching, tally }: Pick<Outcomes, "watching" | "tally">, { key, context, result }: Told): void {
  const agreed = result.agreement === "match" || result.agreement === "ignored";
  const put = (
    metric: string,
    side: string,
    went: { readonly ok: boolean; readonly ms?: number | undefined },
  ): void => {
    const watch = watching.watchOf(key, metric);
    const cell = watch && watching.cellFor(key, watch, context);
    if (watch === undefined || cell === undefined) return;
    tally.started({ flag: key, watch, side, cell });
    tally.ended({ flag: key, watch, side, cell }, went);
  };
  put("$mismatches", "candidate", { ok: agreed });
  put("$runs", "control", { ok: !result.controlFailed, ms: result.controlMs });
  put("$runs", "candidate", {
    ok: !result.candidateFailed && result.agreement !== "timeout",
    ms: result.candidateMs,
  });
}
