/**
 * Proves patterns, and remembers what it found: a document that is written again is proved in no time. What was not
 * proved in time is not remembered, since the machine may only have been busy.
 */
import { JudgeThread } from "./judge-thread.ts";
import { type Pattern, type Proof, prove } from "./prove.ts";

/** A thousand patterns of 256 characters at most: less than a megabyte. */
const REMEMBERED = 1_000;

export class PatternProver {
  readonly #thread = new JudgeThread();
  readonly #proofs = new Map<string, Promise<Proof>>();

  /** Never rejects. */
  prove(pattern: Pattern): Promise<Proof> {
    const name = JSON.stringify([pattern.pattern, pattern.ignoreCase]);
    const proof = this.#proofs.get(name) ?? this.#prove(name, pattern);
    this.#proofs.delete(name);
    this.#proofs.set(name, proof);
    this.#forgetOldest();
    return proof;
  }

  /** Ends the thread that judges. Calling it twice is harmless. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  async #prove(name: string, pattern: Pattern): Promise<Proof> {
    const proof = await prove(pattern, { judge: this.#thread.ask, monotonic: () => performance.now() });
    if (!proof.proved && !proof.certain) this.#proofs.delete(name);
    return proof;
  }

  #forgetOldest(): void {
    const [oldest] = this.#proofs.keys();
    if (this.#proofs.size > REMEMBERED && oldest !== undefined) this.#proofs.delete(oldest);
  }
}
