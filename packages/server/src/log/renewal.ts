/**
 * What is done about a database that holds another history than the one that was followed: commits were lost by a
 * failover, or an older copy was put back. Revisions of what was lost would name other changes, so the history goes on
 * under a new epoch, by which SDKs know to take everything afresh.
 *
 *     suspected ─► epoch in the database ─┬─ another one: somebody was faster ──────────────┐
 *                                         └─ still ours ─► compare and set, as a change of ─┴► everything read afresh
 *                                            `_system`; at most one a minute
 *
 * Each node that finds out comes here; the compare and set lets one of them make the epoch. The others, and those that
 * found nothing, read of it in the log of `_system`.
 */
import { randomUUID } from "node:crypto";
import { type Store, SYSTEM_PROJECT } from "../store/port.ts";
import type { Follower } from "./follower.ts";

export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** A new epoch is in force on this node. */
export interface Renewed {
  /** What was found; absent on a node that read of the new epoch in the log. */
  readonly reason?: string;
  readonly before: string;
  readonly epoch: string;
  /** Whether this node made it. */
  readonly made: boolean;
}

export interface RenewalReports {
  readonly renewed?: (renewed: Renewed) => void;
  /** The database could not be asked or read; it is tried again. */
  readonly renewalFailed?: (error: unknown) => void;
}

export interface RenewalPorts {
  readonly store: Store;
  readonly follower: Follower;
  /** Runs work while nothing is written by this node, and nothing taken up. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly reports: RenewalReports;
}

/** SDKs that are wrong, or lie, must not make everybody start over all the time. */
const LEAST_APART_MS = 60_000;

export class Renewal {
  readonly #ports: RenewalPorts;
  #running: Promise<void> | undefined;
  #reason: string | undefined;
  #due = false;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: RenewalPorts) {
    this.#ports = ports;
  }

  /** Somebody found that the database lacks changes which were followed. Resolves when all that can be done is done. */
  suspect(reason: string): Promise<void> {
    this.#reason ??= reason;
    return this.refresh();
  }

  /** The database may have a new epoch. */
  refresh(): Promise<void> {
    this.#due = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Tries again what could not be done. */
  async retry(): Promise<void> {
    if (this.#due) await this.refresh();
  }

  async #run(): Promise<void> {
    try {
      while (this.#due) {
        this.#due = false;
        await this.#ports.exclusively(() => this.#renew());
      }
    } catch (error) {
      this.#due = true;
      this.#ports.reports.renewalFailed?.(error);
    }
  }

  async #renew(): Promise<void> {
    const { follower, clock, reports } = this.#ports;
    const before = follower.epoch;
    const reason = this.#reason;
    const { epoch, made } = await this.#epochInForce(reason);
    this.#reason = undefined;
    if (epoch === before) return;
    await follower.renew(epoch);
    this.#renewedAt = clock.monotonic();
    reports.renewed?.({ ...(reason === undefined ? {} : { reason }), before, epoch, made });
  }

  /** The database's epoch, made anew where it is still the one of the history that is gone. */
  async #epochInForce(reason: string | undefined): Promise<{ readonly epoch: string; readonly made: boolean }> {
    const { store, follower, clock } = this.#ports;
    for (;;) {
      // Before the epoch is read: whoever makes a new one moves this revision with it.
      const expectedRevision = await store.revision(SYSTEM_PROJECT);
      const epoch = await store.readEpoch();
      const tooSoon = clock.monotonic() - this.#renewedAt < LEAST_APART_MS;
      if (epoch !== follower.epoch || reason === undefined || tooSoon) return { epoch, made: false };
      const fresh = randomUUID();
      const { viewFormat } = await store.load(SYSTEM_PROJECT);
      const result = await store.commit({
        project: SYSTEM_PROJECT,
        expectedRevision,
        at: clock.now(),
        actor: { type: "system", id: "server", name: "server" },
        action: "installation.epoch",
        items: [],
        views: [],
        viewFormat,
        epoch: fresh,
        comment: `${reason} The epoch until then was ${epoch}.`,
      });
      if (result.ok) return { epoch: fresh, made: true };
    }
  }
}
