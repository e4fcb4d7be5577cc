/** Promises that wait for the client: for its first state, and for a revision. */
import type { Clock, Timers } from "./ports.ts";
import type { Source } from "./ruleset/store.ts";

/** `ready()` was asked to reject where no state is there in time. */
export class ReadyTimeoutError extends Error {
  override readonly name = "ReadyTimeoutError";
}

/** `atLeast()` did not see its revision in time. */
export class RevisionTimeoutError extends Error {
  override readonly name = "RevisionTimeoutError";
}

/** The client was closed while somebody waited. */
export class ClientClosedError extends Error {
  override readonly name = "ClientClosedError";
}

export interface Ready {
  /** Where the state came from; undefined where there is none yet and `onReadyTimeout` is `continue`, or after `close()`. */
  readonly source: Source | undefined;
}

export interface Waiters {
  readonly ready: () => Promise<Ready>;
  readonly atLeast: (revision: number, options?: { readonly timeoutMs?: number }) => Promise<number>;
  /** There is a state to work with. */
  readonly becameReady: (source: Source) => void;
  /** The client has every change up to this one. */
  readonly reached: (revision: number) => void;
  readonly close: () => void;
}

export interface WaitersOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Somebody waits for a revision that the client is not known to have. */
  readonly want: (revision: number) => void;
  readonly readyTimeoutMs: number | undefined;
  readonly onReadyTimeout: "continue" | "reject";
}

interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export function createWaiters({ clock, timers, want, readyTimeoutMs, onReadyTimeout }: WaitersOptions): Waiters {
  const startedAt = clock.monotonic();
  const forReady = new Set<Waiter<Ready>>();
  const forRevision = new Map<Waiter<number>, number>();
  let state: Ready | undefined;
  let revision = -1;
  let closed = false;

  const waitForReady = (): Promise<Ready> => {
    const limit =
      readyTimeoutMs === undefined ? undefined : Math.max(0, startedAt + readyTimeoutMs - clock.monotonic());
    return wait(forReady, timers, limit, ({ resolve, reject }) => {
      if (onReadyTimeout === "continue") return resolve({ source: undefined });
      reject(
        new ReadyTimeoutError(
          `No ruleset arrived within ${readyTimeoutMs} ms, and none was kept. See status() for why; evaluation serves defaults until one is there.`,
        ),
      );
    });
  };

  const waitForRevision = (wanted: number, timeoutMs: number | undefined): Promise<number> => {
    const waiters = {
      add: (waiter: Waiter<number>) => forRevision.set(waiter, wanted),
      delete: (waiter: Waiter<number>) => forRevision.delete(waiter),
    };
    const waiting = wait(waiters, timers, timeoutMs, ({ reject }) =>
      reject(
        new RevisionTimeoutError(
          `Revision ${wanted} did not arrive within ${timeoutMs} ms; the client has ${revision < 0 ? "none" : revision}. See status() for whether the server is in reach, and whether this is a revision of the key's project.`,
        ),
      ),
    );
    want(wanted);
    return waiting;
  };

  return {
    ready: () =>
      state === undefined && !closed ? handled(waitForReady()) : Promise.resolve(state ?? { source: undefined }),
    atLeast(wanted, options) {
      if (!Number.isSafeInteger(wanted))
        return handled(
          Promise.reject(new RangeError("atLeast() needs a revision: an integer, as a change's answer gives it.")),
        );
      if (revision >= wanted) return Promise.resolve(revision);
      return handled(closed ? Promise.reject(closedError()) : waitForRevision(wanted, options?.timeoutMs));
    },
    becameReady(source) {
      state = { source };
      for (const { resolve } of [...forReady]) resolve(state);
    },
    reached(now) {
      revision = now;
      for (const [{ resolve }, wanted] of [...forRevision]) if (now >= wanted) resolve(now);
    },
    close() {
      closed = true;
      for (const { resolve } of [...forReady]) resolve({ source: undefined });
      for (const { reject } of [...forRevision.keys()]) reject(closedError());
    },
  };
}

/** Holds the process, and its place among the waiters, until it is settled or late. */
function wait<T>(
  waiters: { add(waiter: Waiter<T>): unknown; delete(waiter: Waiter<T>): unknown },
  timers: Timers,
  limitMs: number | undefined,
  late: (waiter: Waiter<T>) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = timers.hold();
    const settle =
      <A>(how: (argument: A) => void) =>
      (argument: A) => {
        waiters.delete(waiter);
        release();
        cancel?.();
        how(argument);
      };
    const waiter: Waiter<T> = { resolve: settle(resolve), reject: settle(reject) };
    const cancel = limitMs === undefined ? undefined : timers.set(limitMs, () => late(waiter));
    waiters.add(waiter);
  });
}

/** A rejection that nobody looks at is no reason to end a strict process. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function closedError(): ClientClosedError {
  return new ClientClosedError("The client was closed. Make a new one to go on.");
}
