/** Many clients, in one load process for each core. */
import { availableParallelism } from "node:os";
import type { Target } from "./clients.ts";
import type { LoadRequests } from "./load.ts";
import type { Child, Processes } from "./processes.ts";

export class Crowd {
  readonly #loads: readonly Child<LoadRequests>[];

  constructor(processes: Processes) {
    this.#loads = Array.from({ length: availableParallelism() }, () => processes.fork<LoadRequests>("load.ts"));
  }

  /** Opens clients until there are so many, at so many a second; resolves once each is connected and served. */
  async open(target: Target, count: number, perSecond: number): Promise<void> {
    const share = (at: number) =>
      Math.floor((count * (at + 1)) / this.#loads.length) - Math.floor((count * at) / this.#loads.length);
    const rate = perSecond / this.#loads.length;
    await this.#all((load, at) => load.ask("open", { target, count: share(at), perSecond: rate }));
  }

  /** From now on the next change is waited for. */
  async expect(): Promise<void> {
    await this.#all((load) => load.ask("expect"));
  }

  /** When the change arrived at each client; see `now`. Throws where another one did, or none. */
  async arrivedAt(revision: number): Promise<readonly number[]> {
    return (await this.#all((load) => load.ask("arrivedAt", { revision }))).flat();
  }

  /** How many have that revision and are live. */
  async current(revision: number): Promise<number> {
    return sum(await this.#all((load) => load.ask("current", { revision })));
  }

  /** How many serve the changing flag as on, or as off. */
  async serving(on: boolean): Promise<number> {
    return sum(await this.#all((load) => load.ask("serving", { on })));
  }

  async end(): Promise<void> {
    await this.#all((load) => load.end());
  }

  #all<T>(work: (load: Child<LoadRequests>, at: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#loads.map(work));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
