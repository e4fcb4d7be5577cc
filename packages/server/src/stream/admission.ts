/**
 * How many handshakes a node takes on in a second: a bucket that fills at the rate and holds one second's worth. The
 * server survives all its clients coming back at once because most of them are told, cheaply, when to come again: each at
 * a moment of its own, one after the other as fast as they can be taken on, so that neither a herd comes back as a herd
 * nor a second goes by unused.
 */

/** Who would have to wait longer is told a time of the later half at random, and hears then what is left of it. */
const LONGEST_S = 30;
const SECOND_MS = 1_000;

/** `true`, or after how many seconds to come again: whole, from 1 to 30. */
export type Admitted = true | { readonly retryAfter: number };

export class Admission {
  readonly #perSecond: number;
  readonly #random: () => number;
  #tokens: number;
  #at: number;
  /** The first moment that nobody was told to come at; it may have passed. */
  #free: number;

  /** `now` in monotonic milliseconds, here and below. */
  constructor(perSecond: number, now: number, random: () => number) {
    this.#perSecond = perSecond;
    this.#random = random;
    this.#tokens = perSecond;
    this.#at = now;
    this.#free = now;
  }

  admit(now: number): Admitted {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) * this.#perSecond) / SECOND_MS);
    this.#at = now;
    if (this.#tokens < 1) return { retryAfter: this.#turn(now) };
    this.#tokens -= 1;
    return true;
  }

  #turn(now: number): number {
    const turn = Math.max(this.#free, now + SECOND_MS);
    const seconds = Math.ceil((turn - now) / SECOND_MS);
    if (seconds > LONGEST_S) return LONGEST_S / 2 + Math.ceil((this.#random() * LONGEST_S) / 2);
    this.#free = turn + SECOND_MS / this.#perSecond;
    return seconds;
  }
}
