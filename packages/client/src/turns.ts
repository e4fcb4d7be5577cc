/** Long work a few milliseconds at a time: the application that an SDK lives in has its turn between. */
import type { Sliced } from "@bannerol/core";
import type { Clock, Timers } from "./ports.ts";

/** Work goes on for so long before others have their turn. */
const TURN_MS = 5;

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** `done` is called once, at once where the work is short; the answer of this call ends the work. */
export function inTurns<T>(
  { clock, timers }: { readonly clock: Pick<Clock, "monotonic">; readonly timers: Pick<Timers, "set"> },
  work: Sliced<T>,
  done: (outcome: Outcome<T>) => void,
): () => void {
  let cancel: (() => void) | undefined;
  const turn = (): void => {
    const outcome = stepsUntil(work, clock, clock.monotonic() + TURN_MS);
    if (outcome === undefined) cancel = timers.set(1, turn);
    else done(outcome);
  };
  turn();
  return () => cancel?.();
}

/** What came of the work; `undefined` where some of it is left. */
function stepsUntil<T>(work: Sliced<T>, clock: Pick<Clock, "monotonic">, until: number): Outcome<T> | undefined {
  try {
    for (;;) {
      const step = work.next();
      if (step.done) return { ok: true, value: step.value };
      if (clock.monotonic() >= until) return undefined;
    }
  } catch (error) {
    return { ok: false, error };
  }
}
