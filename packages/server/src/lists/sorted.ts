/** How many are sorted at once: a few milliseconds of work. */
const RUN = 8_192;

/** Sorts many things without stopping others for long: in runs, which are then merged as they are asked for. */
export async function* sortedInPages<T>(
  all: readonly T[],
  compare: (a: T, b: T) => number,
  pageSize: number,
): AsyncGenerator<readonly T[]> {
  const merge = new Merge(await sortedRuns(all, compare), compare);
  for (let page = merge.take(pageSize); page.length > 0; page = merge.take(pageSize)) yield page;
}

async function sortedRuns<T>(all: readonly T[], compare: (a: T, b: T) => number): Promise<readonly T[][]> {
  const runs: T[][] = [];
  for (let from = 0; from < all.length; from += RUN) {
    runs.push(all.slice(from, from + RUN).sort(compare));
    await new Promise((resume) => setImmediate(resume));
  }
  return runs;
}

class Merge<T> {
  readonly #runs: readonly T[][];
  readonly #at: number[];
  readonly #compare: (a: T, b: T) => number;

  constructor(runs: readonly T[][], compare: (a: T, b: T) => number) {
    this.#runs = runs;
    this.#at = runs.map(() => 0);
    this.#compare = compare;
  }

  take(count: number): readonly T[] {
    const page: T[] = [];
    for (let next = this.#next(); next !== undefined; next = page.length < count ? this.#next() : undefined)
      page.push(next);
    return page;
  }

  /** The runs are few, so that the least of their first ones is found by looking at each. */
  #next(): T | undefined {
    let least: T | undefined;
    let from = -1;
    for (const [run, at] of this.#at.entries()) {
      const first = this.#runs[run]?.[at];
      if (first === undefined || (least !== undefined && this.#compare(first, least) >= 0)) continue;
      least = first;
      from = run;
    }
    if (from >= 0) this.#at[from] = (this.#at[from] ?? 0) + 1;
    return least;
  }
}
