/**
 * A set of 64-bit fingerprints that never changes. They stand in ascending order, their high and low halves apart, and
 * a directory tells by a fingerprint's first bits where to look:
 *
 *     starts   [ 0, 3, 5, 5, … ]      one entry for two to four fingerprints
 *     highs    [ ··· | ·· |  | … ]    8 bytes a fingerprint
 *     lows     [ ··· | ·· |  | … ]
 *
 * Fingerprints being as good as random, a look-up reads a handful of neighbours whatever the size, and all takes 9 to
 * 10 bytes each. The low halves are read only where a high half agrees, so that a stranger costs two reads of memory.
 *
 * The chance that a stranger counts as a member is that of meeting one of n fingerprints among 2^64: n × 2^-64, which
 * is 5.4e-14 for a million and stays below 1e-12 up to `MAX_FINGERPRINTS`.
 */
export class FingerprintSet {
  /** In their order. To be read, not written. */
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;

  constructor({ highs, lows, starts, shift }: Layout) {
    this.highs = highs;
    this.lows = lows;
    this.#starts = starts;
    this.#shift = shift;
  }

  get size(): number {
    return this.highs.length;
  }

  /** Both halves unsigned. */
  has(high: number, low: number): boolean {
    const bucket = high >>> this.#shift;
    const end = this.#starts[bucket + 1] ?? 0;
    for (let at = this.#starts[bucket] ?? 0; at < end; at++) {
      const found = this.highs[at] ?? 0;
      if (found === high && this.lows[at] === low) return true;
      if (found > high) return false;
    }
    return false;
  }
}

/** The most that keep the promise of `FingerprintSet`. */
export const MAX_FINGERPRINTS = 2 ** 24;

interface Layout {
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
  readonly starts: Uint32Array;
  readonly shift: number;
}

/** How far a high half is shifted for its bucket, so that a bucket holds two to four of `size`; 31 at most. */
export function bucketShift(size: number): number {
  const bits = 31 - Math.clz32(size) - 1;
  return 32 - Math.max(1, bits);
}

/** How many buckets there are under a shift. */
export const bucketCount = (shift: number): number => 2 ** (32 - shift);

/**
 * Makes a set of fingerprints that come in ascending order. Their number is known before, so that nothing is copied
 * in the end; the directory grows with them.
 */
export class FingerprintWriter {
  readonly #highs: Uint32Array;
  readonly #lows: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;
  #count = 0;
  /** Starts are known up to this bucket's. */
  #bucket = 0;
  #lastHigh = -1;
  #lastLow = -1;

  constructor(size: number) {
    this.#highs = new Uint32Array(size);
    this.#lows = new Uint32Array(size);
    this.#shift = bucketShift(size);
    this.#starts = new Uint32Array(bucketCount(this.#shift) + 1);
  }

  /** Whether it came in order: above the last one. Both halves unsigned. */
  push(high: number, low: number): boolean {
    if (high < this.#lastHigh || (high === this.#lastHigh && low <= this.#lastLow)) return false;
    const bucket = high >>> this.#shift;
    while (this.#bucket < bucket) this.#starts[++this.#bucket] = this.#count;
    this.#highs[this.#count] = high;
    this.#lows[this.#count] = low;
    this.#lastHigh = high;
    this.#lastLow = low;
    this.#count += 1;
    return true;
  }

  /** To be called once, when as many have come as were announced. */
  finish(): FingerprintSet {
    this.#starts.fill(this.#count, this.#bucket + 1);
    return new FingerprintSet({ highs: this.#highs, lows: this.#lows, starts: this.#starts, shift: this.#shift });
  }
}
