/**
 * How many handshakes a node takes on in a second: a bucket that fills at the rate and holds one second's worth. The
 * server survives all its clients coming back at once because most of them are told, cheaply, when to come again.
 */
export class Admission {
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#at = now;
  }

  /** `now` in monotonic milliseconds. */
  admit(now: number): boolean {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) * this.#perSecond) / 1_000);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
