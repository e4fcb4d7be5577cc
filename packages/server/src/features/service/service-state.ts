/**
 * How this process does, as `/readyz` tells it.
 *
 *     starting ──opened──► ready ⇄ degraded ──stop──► draining
 *
 * Degraded is not unready: everything that was read is served from memory while the database is out of reach.
 */
import type { Readiness } from "@bannerol/protocol/schemas";
import { StoreFault, type StoreFaultKind } from "../../store/fault.ts";

export class ServiceState {
  #phase: "starting" | "open" | "draining" = "starting";
  #fault: StoreFaultKind | undefined;
  #damaged = false;

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

  /** Does something with the store and takes note of how that went. */
  async watchStore<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#fault = undefined;
      return result;
    } catch (error) {
      if (error instanceof StoreFault) this.#fault = error.kind;
      throw error;
    }
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
    else if (this.#fault !== "full" && this.#fault !== "io") this.#fault = undefined;
  }
}
