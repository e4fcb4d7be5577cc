/**
 * The connections that reads and commits go through.
 *
 *     run ─► driver 1 ─► answer
 *        └─► driver 1 ─► connection lost, or no answer in time ─► driver 2 for all that comes next
 *                                                            └─► what driver 1 still does may end; then it is cut
 *
 * A driver instance that has lost a connection is not used again: postgres.js 3.4 may hang or crash where it reuses
 * one, and a peer that vanished silently would be asked for as long as TCP keeps hoping. For the same reason each
 * call is a single statement, never a transaction that goes to and fro: the driver's `begin` ends the process where
 * its connection is lost in between.
 */
import { StoreFault } from "../fault.ts";
import { type Driver, type DriverOptions, openDriver } from "./driver.ts";
import { asFault, isConnectionFault } from "./faults.ts";

export type PoolOptions = Pick<DriverOptions, "url" | "schema">;

const CONNECTIONS = 6;
const DEADLINE_MS = 10_000;
const GRACE_MS = 5_000;

/** A driver instance with what is being asked of it. */
interface Lane {
  readonly driver: Driver;
  readonly calls: Set<Promise<unknown>>;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #lanes = new Set<Lane>();
  #current: Lane;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#current = this.#open();
  }

  /**
   * Asks the database for something, for at most `deadlineMs` (10 s). Rejects with a `StoreFault` where the database is
   * to blame; `cause` is what the driver said then.
   */
  async run<T>(call: (driver: Driver) => Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> {
    if (this.#closed) throw new StoreFault("unavailable", "The database is closed. Open it again.");
    const lane = this.#current;
    const answer = inTime(call(lane.driver), deadlineMs);
    lane.calls.add(answer);
    try {
      return await answer;
    } catch (error) {
      if (isConnectionFault(error) && lane === this.#current && !this.#closed) this.#current = this.#open();
      throw asFault(error) ?? error;
    } finally {
      lane.calls.delete(answer);
      if (lane !== this.#current && lane.calls.size === 0) void this.#end(lane);
    }
  }

  /** Lets what is being done end, within 5 s. Calling it twice is harmless. */
  async close(): Promise<void> {
    this.#closed = true;
    const calls = [...this.#lanes].flatMap((lane) => [...lane.calls]);
    await inTime(Promise.allSettled(calls), GRACE_MS).catch(() => undefined);
    await Promise.all([...this.#lanes].map((lane) => this.#end(lane)));
  }

  #open(): Lane {
    const lane = {
      driver: openDriver({ ...this.#options, connections: CONNECTIONS }),
      calls: new Set<Promise<unknown>>(),
    };
    this.#lanes.add(lane);
    return lane;
  }

  async #end(lane: Lane): Promise<void> {
    await lane.driver.end();
    this.#lanes.delete(lane);
  }
}

/** Rejects with the code `DEADLINE` where no answer has come in time. */
export async function inTime<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`The database did not answer within ${deadlineMs} ms.`), { code: "DEADLINE" }));
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
