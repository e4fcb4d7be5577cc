/**
 * Does what is due, over and over: one round at a time, each begun a moment after the last, until it is stopped.
 *
 *     round ─► round fails? said once ─► …                 stop ─► the round under way ends ─► over
 */
import type { Log } from "../observe/log.ts";

export interface TickingPorts {
  /** Calls `fn` about every `ms`; the answer stops it. */
  readonly every: (ms: number, fn: () => void) => () => void;
  readonly log: Pick<Log, "info" | "warn">;
}

export interface Ticking {
  /** Begins a round now, or after the one under way. */
  readonly now: () => void;
  readonly stop: () => Promise<void>;
}

/** What is due is looked for this often. */
export const TICK_MS = 500;

/** `what` begins the sentence where a round fails: "what is scheduled". Each round stands alone: what is due stays due. */
export function startTicking(what: string, round: () => Promise<void>, { every, log }: TickingPorts): Ticking {
  let running: Promise<void> | undefined;
  let again = false;
  let failing = false;
  let stopped = false;

  const turn = async (): Promise<void> => {
    try {
      await round();
      if (failing) log.info(`${what} is carried out again`);
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, `${what} cannot be carried out; it is tried again and again`);
      failing = true;
    }
  };
  const begin = (): void => {
    if (stopped || running !== undefined) return;
    running = turn().finally(() => {
      running = undefined;
      if (!again) return;
      again = false;
      begin();
    });
  };
  const stopTimer = every(TICK_MS, begin);
  return {
    now() {
      again = running !== undefined;
      begin();
    },
    async stop() {
      stopped = true;
      stopTimer();
      await running;
    },
  };
}
