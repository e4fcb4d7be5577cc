/** When each key and token last let somebody in, as the database keeps it: outside the log, since nothing is decided by it. */

export interface CredentialUse {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A fault of any call rejects with a `StoreFault`. */
export interface UseStore {
  /** Takes down the latest use of each; one that is earlier than what is known changes nothing. No id twice. */
  note(uses: readonly CredentialUse[]): Promise<void>;
  /** Of these, those that are known to have been used. */
  last(ids: readonly string[]): Promise<readonly CredentialUse[]>;
}
