/**
 * When each key and token last let somebody in, to the minute. No request waits for it or writes it:
 *
 *     used ─► in memory, one instant a credential ─ a minute ─► one call of the store for all that were used
 *
 * A process that dies takes along the last minute's; a database that is away, nothing: what it did not take is kept.
 */
import type { UseStore } from "../store/use-store.ts";

export const NOTE_USES_EVERY_MS = 60_000;

export interface LastUsesPorts {
  readonly store: UseStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class LastUses {
  readonly #ports: LastUsesPorts;
  /** Of this process, not written yet: as many as there are credentials. */
  #waiting = new Map<string, number>();

  constructor(ports: LastUsesPorts) {
    this.#ports = ports;
  }

  used(id: string): void {
    const now = this.#ports.now();
    this.#waiting.set(id, now - (now % NOTE_USES_EVERY_MS));
  }

  /** Writes what waits. Rejects with a `StoreFault`; the next call tries again then. */
  async write(): Promise<void> {
    const writing = this.#waiting;
    if (writing.size === 0) return;
    this.#waiting = new Map();
    try {
      await this.#ports.store.note([...writing].map(([id, at]) => ({ id, at })));
    } catch (error) {
      this.#waiting = new Map([...writing, ...this.#waiting]);
      throw error;
    }
  }

  /** Of these, those that were used, on whatever node. Epoch milliseconds. Rejects with a `StoreFault`. */
  async of(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const last = new Map((await this.#ports.store.last(ids)).map(({ id, at }) => [id, at]));
    for (const id of ids) {
      const here = this.#waiting.get(id);
      if (here !== undefined) last.set(id, Math.max(here, last.get(id) ?? here));
    }
    return last;
  }
}
