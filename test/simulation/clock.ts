/**
 * Time that passes only as the simulation says, for thousands of timers: `fakeClock` of the testkit, with a heap. Where
 * something waits for a promise, it goes on at the same instant, before the next timer.
 */

interface Timer {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | undefined;
}

export class SimulatedClock {
  #elapsed = 0;
  #wall = Date.UTC(2026, 0, 1);
  #order = 0;
  #hasPromises = false;
  readonly #heap: Timer[] = [];

  now = (): number => this.#wall + this.#elapsed;
  monotonic = (): number => this.#elapsed;
  hold = (): (() => void) => () => undefined;

  set = (ms: number, fn: () => void): (() => void) => {
    const timer: Timer = { at: this.#elapsed + ms, order: this.#order++, fn };
    this.#push(timer);
    return () => {
      timer.fn = undefined;
    };
  };

  every = (ms: number, fn: () => void): (() => void) => {
    let over = false;
    const tick = (): void => {
      if (over) return;
      fn();
      this.set(ms, tick);
    };
    this.set(ms, tick);
    return () => {
      over = true;
    };
  };

  /** Something goes on once a promise has come true. */
  promised(): void {
    this.#hasPromises = true;
  }

  /** Moves the wall clock alone. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets time pass up to an instant. */
  async advanceTo(end: number, afterEach: () => void): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.fn === undefined) continue;
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.fn();
      if (this.#hasPromises) await this.#turns();
      afterEach();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
    await this.#turns();
  }

  /** Lets everything go on that waits for a promise alone. */
  async settled(): Promise<void> {
    await this.#turns();
    await this.#turns();
  }

  /** As many as the longest chain of promises has, from a hello to its answer. */
  async #turns(): Promise<void> {
    this.#hasPromises = false;
    for (let turn = 0; turn < 5; turn++) await undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (below === undefined || isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
