/**
 * How this process does, as `/readyz` tells it.
 *
 *     starting ──opened──► ready ⇄ degraded ──stop──► draining
 *
 * Degraded is not unready: everything that was read is served from memory while the database is out of reach.
 */
import type { Readiness } from "@bannerol/protocol/schemas";
import { StoreFault, type StoreFaultKind } from "../../store/fault.ts";

/** Reading tells nothing of these. */
const inTheWayOfWriting: ReadonlySet<StoreFaultKind | undefined> = new Set(["full", "io", "corrupt"]);

export class ServiceState {
  #phase: "starting" | "open" | "draining" = "starting";
  #fault: StoreFaultKind | undefined;
  #damaged = false;
  readonly #told: (fault: StoreFault | undefined) => void;

  /** `told` hears of a fault that somebody's request met, once while it lasts, and of its end. */
  constructor(told: (fault: StoreFault | undefined) => void = () => undefined) {
    this.#told = told;
  }

  get status(): Readiness["status"] {
    if (this.#phase !== "open") return this.#phase;
    return this.#fault !== undefined || this.#damaged ? "degraded" : "ready";
  }

  /** The log has been read for the first time. */
  opened(): void {
    if (this.#phase === "starting") this.#phase = "open";
  }

  /** For good: this process is going. */
  drain(): void {
    this.#phase = "draining";
  }

  /** Whether the database can be asked, as far as is known. */
  get isReached(): boolean {
    return this.#fault === undefined || inTheWayOfWriting.has(this.#fault);
  }

  /** Does something with the store and takes note of how that went. */
  async watchStore<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#read();
      return result;
    } catch (error) {
      if (error instanceof StoreFault) this.#meet(error);
      throw error;
    }
  }

  /** Something was written: nothing is in the way any more. */
  wrote(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.#told(undefined);
  }

  /** Until the end of this process: a damaged file is not mended under a server. */
  damaged(): void {
    this.#damaged = true;
  }

  /**
   * Takes note of how a look at the database went that nobody asked for. One that went well says that the database is
   * back, but not that it can be written again.
   */
  looked(fault: StoreFaultKind | undefined): void {
    if (fault !== undefined) this.#fault = fault;
    else this.#read();
  }

  /** Something was read: what was in the way of that is not any more. */
  #read(): void {
    if (!inTheWayOfWriting.has(this.#fault)) this.wrote();
  }

  #meet(fault: StoreFault): void {
    const isNew = fault.kind !== this.#fault;
    this.#fault = fault.kind;
    if (isNew) this.#told(fault);
  }
}
