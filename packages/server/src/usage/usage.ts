/**
 * Counts what SDKs say they were asked.
 *
 *     batch ─► in the queue ─ up to half a second ─► one call of the store for all that came ─► each answered
 *
 * A batch is answered once it is on the disk, so one that was answered is not lost, and one that was not is sent again and
 * told by its id: every batch counts once, also over a restart and on another node. A database that is away costs nothing
 * but this: the batch is refused, and the SDK keeps its sums.
 */
import type { AskedFlag, UsageBatch, UsageStore } from "../store/usage-store.ts";

const GATHER_MS = 500;
const AGE_MS = 60_000;
/** Rows that wait, of all batches: some 10 MB. */
const MOST_WAITING = 50_000;

export interface UsagePorts {
  readonly store: UsageStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls `fn` after `ms`, or about every `ms`; the answer stops it. */
  readonly after: (ms: number, fn: () => void) => () => void;
  readonly every: (ms: number, fn: () => void) => () => void;
  /** What was in the way of letting counts age; the next try is a minute later. */
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly batch: UsageBatch;
  readonly resolve: (counted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class Usage {
  readonly store: UsageStore;
  readonly #ports: UsagePorts;
  readonly #stop: () => void;
  #waiting: Waiting[] = [];
  #rows = 0;
  #stopGathering: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: UsagePorts) {
    this.#ports = ports;
    this.store = ports.store;
    this.#stop = ports.every(AGE_MS, () => void this.age());
  }

  /** Whether there is room for another batch; a caller that is told no should come again in some seconds. */
  get hasRoom(): boolean {
    return this.#rows < MOST_WAITING;
  }

  /** Resolves once the batch is durable: whether it was counted, or had been before. Rejects with a `StoreFault`. */
  take(batch: UsageBatch): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#rows += rowsOf(batch);
      this.#stopGathering ??= this.#ports.after(GATHER_MS, () => void this.flush());
    });
  }

  /** Writes what waits. Never rejects: whoever waits is told. */
  flush(): Promise<void> {
    this.#stopGathering?.();
    this.#stopGathering = undefined;
    this.#writing = this.#writing.then(() => this.#write(this.#waiting.splice(0)));
    return this.#writing;
  }

  /** When an SDK was last asked for the flag, epoch milliseconds; `undefined`: never, as far as is known. */
  async lastAsked(project: string, environment: string, flag: string): Promise<number | undefined> {
    return lastAskedIn(await this.store.asked(project), environment, flag);
  }

  /** Lets counts age. Never rejects. */
  async age(): Promise<void> {
    try {
      await this.store.age(this.#ports.now());
    } catch (error) {
      this.#ports.failed(error);
    }
  }

  /** Writes what waits, and takes no more care of time. */
  async close(): Promise<void> {
    this.#stop();
    await this.flush();
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return;
    try {
      const counted = await this.store.add(waiting.map(({ batch }) => batch));
      for (const [position, { resolve }] of waiting.entries()) resolve(counted.has(position));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      for (const { batch } of waiting) this.#rows -= rowsOf(batch);
    }
  }
}

export function lastAskedIn(asked: readonly AskedFlag[], environment: string, flag: string): number | undefined {
  return asked.find((one) => one.environment === environment && one.flag === flag)?.at;
}

/** A list of sums is as large as several counts. */
const ROWS_OF_SUMS = 10;

function rowsOf({ counts, missing, sums }: UsageBatch): number {
  return 1 + counts.length + missing.length + sums.length * ROWS_OF_SUMS;
}
