/**
 * SDKs that hold no stream, and are known by what they ask: pollers, by the state that their requests say they have, and
 * those whose acknowledgement came to a node that does not hold their stream.
 */
import type { ConnectedSdk } from "./inventory.ts";

/** Pollers ask every 30 s or so; one that has not for this long is gone. */
const REMEMBERED_MS = 120_000;
/** Of one environment; beyond it, who asked longest ago is forgotten first. */
const MOST = 10_000;

export type Caller = Omit<ConnectedSdk, "since" | "transport">;

interface Seen extends ConnectedSdk {
  readonly lastAt: number;
}

export class Presence {
  readonly #most: number;
  /** By environment, then by key and instance, whoever asked last at the end. */
  readonly #seen = new Map<string, Map<string, Seen>>();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** A request came, at epoch milliseconds. */
  seen(project: string, environment: string, caller: Caller, at: number): void {
    const all = this.#of(project, environment);
    // An id holds no space.
    const name = `${caller.keyId} ${caller.instance}`;
    const before = all.get(name);
    all.delete(name);
    all.set(name, { ...caller, transport: "polling", since: before?.since ?? at, lastAt: at });
    for (const [oldest, { lastAt }] of all) {
      if (all.size <= this.#most && lastAt > at - REMEMBERED_MS) break;
      all.delete(oldest);
    }
  }

  /** Who asked within the last two minutes. */
  in(project: string, environment: string, now: number): readonly ConnectedSdk[] {
    const recent = [...this.#of(project, environment).values()].filter(({ lastAt }) => lastAt > now - REMEMBERED_MS);
    return recent.map(({ lastAt: _, ...sdk }) => sdk);
  }

  #of(project: string, environment: string): Map<string, Seen> {
    // Keys hold no slash.
    const name = `${project}/${environment}`;
    const all = this.#seen.get(name) ?? new Map<string, Seen>();
    this.#seen.set(name, all);
    return all;
  }
}
