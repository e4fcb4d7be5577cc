import { fingerprintOf, type ListKey, listKeyOf } from "./fingerprint.ts";
import type { FingerprintSet } from "./fingerprint-set.ts";
import { sipHigh, sipLow } from "./sip-hash.ts";
import type { Sliced } from "./sliced.ts";
import { fingerprintKeys } from "./sort.ts";

/** Something about a key list, or what should have been one, makes it unusable. The message says what to do. */
export class KeyListError extends Error {
  override readonly name = "KeyListError";
}

/** Which state of a list this is, and under which secret its fingerprints were made. */
export interface ListIdentity {
  /** A whole number from 0. */
  readonly version: number;
  readonly listKey: ListKey;
}

/**
 * A long list of keys, held as fingerprints: a member is always found, and a stranger counts as one with a chance of
 * size × 2^-64. It never changes; a newer version is another list.
 */
export class KeyList implements ListIdentity {
  readonly version: number;
  readonly listKey: ListKey;
  readonly fingerprints: FingerprintSet;

  constructor({ version, listKey }: ListIdentity, fingerprints: FingerprintSet) {
    this.version = version;
    this.listKey = listKey;
    this.fingerprints = fingerprints;
  }

  /** How many keys are in it. */
  get size(): number {
    return this.fingerprints.size;
  }

  has(key: string): boolean {
    const state = fingerprintOf(key, this.listKey);
    return this.fingerprints.has(sipHigh(state), sipLow(state));
  }
}

/** What turns the list of version `from` into that of `version`: what is removed goes, then what is added comes. */
export interface ListDelta extends ListIdentity {
  readonly from: number;
  readonly added: FingerprintSet;
  readonly removed: FingerprintSet;
}

/**
 * A list of keys, doubles counting once. `secret` is 16 random bytes, drawn once for each list: who knows it can look
 * for keys that count as members. Throws a RangeError where it has another length.
 */
export function* buildKeyList(input: {
  readonly version: number;
  readonly secret: Uint8Array;
  readonly keys: Iterable<string>;
}): Sliced<KeyList> {
  const listKey = listKeyOf(input.secret);
  return new KeyList({ version: input.version, listKey }, yield* fingerprintKeys(input.keys, listKey));
}

/** What a change of a list's keys is to those who hold it. Throws a RangeError as `buildKeyList` does. */
export function* buildListDelta(input: {
  readonly from: number;
  readonly version: number;
  readonly secret: Uint8Array;
  readonly added: Iterable<string>;
  readonly removed: Iterable<string>;
}): Sliced<ListDelta> {
  const { from, version } = input;
  const listKey = listKeyOf(input.secret);
  const added = yield* fingerprintKeys(input.added, listKey);
  return { from, version, listKey, added, removed: yield* fingerprintKeys(input.removed, listKey) };
}
