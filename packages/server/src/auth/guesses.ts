/**
 * Who goes on guessing keys and tokens is told to wait, longer each time.
 *
 * Only what was found wrong comes here, so a valid key or token is let in whoever else sits behind its address. What counts
 * is how many *different* wrong ones come from an address: an application that keeps sending one which was revoked is no
 * guesser, and neither are a hundred of them in one office.
 */
import type { Refusal } from "../http/refusal.ts";
import { digestOf } from "./digest.ts";

/** Different wrong ones from one address within a minute; those beyond are told to wait. */
export const MOST_WRONG = 20;
const MINUTE_MS = 60_000;
const LONGEST_WAIT_S = 60;
/** Beyond it, the address heard from longest ago is forgotten: some 10 MB. */
const MOST_ADDRESSES = 5_000;

export interface GuessesPorts {
  readonly monotonic: () => number;
  /** A wrong one came, and whether its sender was told to wait. */
  readonly wrong: (isGuess: boolean) => void;
  /** An address has gone beyond the limit; told once, until it has been quiet for a minute. */
  readonly began: (address: string) => void;
}

interface Guesser {
  /** When each wrong one was first seen, by the beginning of its digest. */
  readonly seen: Map<string, number>;
  /** How often it was told to wait. */
  waits: number;
}

export class Guesses {
  readonly #ports: GuessesPorts;
  readonly #guessers = new Map<string, Guesser>();

  constructor(ports: GuessesPorts) {
    this.#ports = ports;
  }

  /** Takes down a wrong key or token; the answer is what its sender is told instead of that it is wrong. */
  wrong(text: string, address: string | undefined): Refusal | undefined {
    const wait = address === undefined ? undefined : this.#waitOf(address, digestOf(text).slice(0, 12));
    this.#ports.wrong(wait !== undefined);
    return wait === undefined ? undefined : tooMany(wait);
  }

  #waitOf(address: string, wrong: string): number | undefined {
    const guesser = this.#guesserAt(address);
    const { seen } = guesser;
    const now = this.#ports.monotonic();
    for (const [digest, at] of seen) if (now - at >= MINUTE_MS) seen.delete(digest);
    if (seen.size === 0) guesser.waits = 0;
    if (seen.has(wrong)) return undefined;
    if (seen.size < MOST_WRONG) {
      seen.set(wrong, now);
      return undefined;
    }
    guesser.waits += 1;
    if (guesser.waits === 1) this.#ports.began(address);
    return Math.min(2 ** guesser.waits, LONGEST_WAIT_S);
  }

  /** The newest last. */
  #guesserAt(address: string): Guesser {
    const guesser = this.#guessers.get(address) ?? { seen: new Map(), waits: 0 };
    this.#guessers.delete(address);
    const [oldest] = this.#guessers.keys();
    if (this.#guessers.size >= MOST_ADDRESSES && oldest !== undefined) this.#guessers.delete(oldest);
    this.#guessers.set(address, guesser);
    return guesser;
  }
}

function tooMany(retryAfter: number): Refusal {
  return {
    code: "too_many_requests",
    detail: `It is not valid, and ${MOST_WRONG} other wrong keys and tokens came from your address within a minute. Wait ${retryAfter} s, and send one that is valid: those are let in at any time.`,
    retryAfter,
  };
}
