import { fingerprintOf, type ListKey } from "./fingerprint.ts";
import { bucketCount, bucketShift, type FingerprintSet, FingerprintWriter } from "./fingerprint-set.ts";
import { sipHigh, sipLow } from "./sip-hash.ts";
import { SLICE_KEYS, type Sliced } from "./sliced.ts";

/** So that a list of a million has some hundreds of pages. */
const PAGE_KEYS = 2_048;

/** Fingerprints as they came. Pages, since an array that grows is copied whole every time, in no slice. */
interface Page {
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
  count: number;
}

/**
 * Takes keys as they come, in any order and more than once, and gives their fingerprints as a set in the end. Sorted by distribution into buckets of a few
 * each, which takes time in proportion to their number: who does not know the secret cannot choose keys that meet.
 */
export class FingerprintCollector {
  readonly #listKey: ListKey;
  readonly #pages: Page[] = [];
  #page: Page | undefined;

  constructor(listKey: ListKey) {
    this.#listKey = listKey;
  }

  /** Whether a slice of them is full. */
  add(key: string): boolean {
    const page = this.#page ?? this.#open();
    addKey(page, key, this.#listKey);
    if (page.count === PAGE_KEYS) this.#page = undefined;
    return page.count % SLICE_KEYS === 0;
  }

  #open(): Page {
    const page = { highs: new Uint32Array(PAGE_KEYS), lows: new Uint32Array(PAGE_KEYS), count: 0 };
    this.#page = page;
    this.#pages.push(page);
    return page;
  }

  /** To be called once. */
  finish(): Sliced<FingerprintSet> {
    return sortPages(this.#pages);
  }
}

/** The fingerprints of keys in any order, doubles among them, as a set. */
export function* fingerprintKeys(keys: Iterable<string>, listKey: ListKey): Sliced<FingerprintSet> {
  const collector = new FingerprintCollector(listKey);
  for (const key of keys) if (collector.add(key)) yield;
  return yield* collector.finish();
}

function addKey(page: Page, key: string, listKey: ListKey): void {
  const state = fingerprintOf(key, listKey);
  page.highs[page.count] = sipHigh(state);
  page.lows[page.count] = sipLow(state);
  page.count += 1;
}

function* sortPages(pages: readonly Page[]): Sliced<FingerprintSet> {
  const buckets = new Buckets(pages.reduce((sum, { count }) => sum + count, 0));
  for (const page of pages) {
    buckets.count(page);
    yield;
  }
  yield* buckets.open();
  for (const page of pages) {
    for (let from = 0; from < page.count; from += SLICE_KEYS) {
      buckets.insert(page, from, Math.min(from + SLICE_KEYS, page.count));
      yield;
    }
  }
  return yield* buckets.write();
}

/** Buckets that lie one behind the other, each kept in order and without doubles while it is filled. */
class Buckets {
  readonly #shift: number;
  readonly #highs: Uint32Array;
  readonly #lows: Uint32Array;
  /** At first how many a bucket may get; once opened, where it begins. */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #size = 0;

  constructor(most: number) {
    this.#shift = bucketShift(most);
    this.#highs = new Uint32Array(most);
    this.#lows = new Uint32Array(most);
    this.#starts = new Uint32Array(bucketCount(this.#shift));
    this.#ends = new Uint32Array(this.#starts.length);
  }

  count({ highs, count }: Page): void {
    for (let at = 0; at < count; at++) {
      const bucket = (highs[at] ?? 0) >>> this.#shift;
      this.#starts[bucket] = (this.#starts[bucket] ?? 0) + 1;
    }
  }

  *open(): Sliced<void> {
    let start = 0;
    for (let bucket = 0; bucket < this.#starts.length; bucket++) {
      const count = this.#starts[bucket] ?? 0;
      this.#starts[bucket] = start;
      this.#ends[bucket] = start;
      start += count;
      if (bucket % SLICE_KEYS === SLICE_KEYS - 1) yield;
    }
  }

  insert({ highs, lows }: Page, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#insertOne(highs[at] ?? 0, lows[at] ?? 0);
  }

  #insertOne(high: number, low: number): void {
    const bucket = high >>> this.#shift;
    const start = this.#starts[bucket] ?? 0;
    const end = this.#ends[bucket] ?? 0;
    let place = end;
    while (place > start && this.#isAbove(place - 1, high, low)) place -= 1;
    if (place > start && this.#highs[place - 1] === high && this.#lows[place - 1] === low) return;
    for (let at = end; at > place; at--) {
      this.#highs[at] = this.#highs[at - 1] ?? 0;
      this.#lows[at] = this.#lows[at - 1] ?? 0;
    }
    this.#highs[place] = high;
    this.#lows[place] = low;
    this.#ends[bucket] = end + 1;
    this.#size += 1;
  }

  #isAbove(at: number, high: number, low: number): boolean {
    const there = this.#highs[at] ?? 0;
    return there > high || (there === high && (this.#lows[at] ?? 0) > low);
  }

  *write(): Sliced<FingerprintSet> {
    const writer = new FingerprintWriter(this.#size);
    // A bucket holds four or fewer on average.
    const step = SLICE_KEYS / 4;
    for (let bucket = 0; bucket < this.#starts.length; bucket += step) {
      this.#writeBuckets(bucket, Math.min(bucket + step, this.#starts.length), writer);
      yield;
    }
    return writer.finish();
  }

  #writeBuckets(from: number, to: number, writer: FingerprintWriter): void {
    for (let bucket = from; bucket < to; bucket++) {
      const end = this.#ends[bucket] ?? 0;
      for (let at = this.#starts[bucket] ?? 0; at < end; at++) writer.push(this.#highs[at] ?? 0, this.#lows[at] ?? 0);
    }
  }
}
