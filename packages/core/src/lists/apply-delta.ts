import { type FingerprintSet, FingerprintWriter } from "./fingerprint-set.ts";
import { KeyList, KeyListError, type ListDelta, type ListIdentity } from "./key-list.ts";
import { SLICE_KEYS, type Sliced } from "./sliced.ts";

/**
 * The list with the delta applied; `list` stays as it is. Throws a KeyListError where the delta is not for this list:
 * made from another version, or under another secret.
 */
export function* applyListDelta(list: KeyList, delta: ListDelta): Sliced<KeyList> {
  if (delta.from !== list.version) {
    throw new KeyListError(
      `The change is to version ${delta.from} of the list, and this is version ${list.version}. Get the changes since that one, or the whole list.`,
    );
  }
  if (!sameSecret(list, delta)) {
    throw new KeyListError("The change is to a list under another secret. Get the whole list.");
  }
  const merge = new Merge(list.fingerprints, delta, yield* sizeAfter(list.fingerprints, delta));
  while (merge.step(SLICE_KEYS)) yield;
  return new KeyList(delta, merge.finish());
}

function sameSecret(a: ListIdentity, b: ListIdentity): boolean {
  return a.listKey.every((word, at) => word === b.listKey[at]);
}

function* sizeAfter(base: FingerprintSet, { added, removed }: ListDelta): Sliced<number> {
  let size = base.size;
  for (let at = 0; at < added.size; at++) {
    if (!hasAt(base, added, at)) size += 1;
    if (at % SLICE_KEYS === SLICE_KEYS - 1) yield;
  }
  for (let at = 0; at < removed.size; at++) {
    if (hasAt(base, removed, at) && !hasAt(added, removed, at)) size -= 1;
    if (at % SLICE_KEYS === SLICE_KEYS - 1) yield;
  }
  return size;
}

/** Whether `set` has the fingerprint at a position of another. */
function hasAt(set: FingerprintSet, { highs, lows }: FingerprintSet, at: number): boolean {
  return set.has(highs[at] ?? 0, lows[at] ?? 0);
}

/** Goes through the old fingerprints and the added ones side by side, the lower one first. */
class Merge {
  readonly #base: FingerprintSet;
  readonly #added: FingerprintSet;
  readonly #removed: FingerprintSet;
  readonly #writer: FingerprintWriter;
  #baseAt = 0;
  #addedAt = 0;

  constructor(base: FingerprintSet, { added, removed }: ListDelta, size: number) {
    this.#base = base;
    this.#added = added;
    this.#removed = removed;
    this.#writer = new FingerprintWriter(size);
  }

  /** Takes that many, and tells whether any are left. */
  step(count: number): boolean {
    for (let left = count; left > 0; left--) if (!this.#takeOne()) return false;
    return true;
  }

  finish(): FingerprintSet {
    return this.#writer.finish();
  }

  #takeOne(): boolean {
    if (this.#addedAt < this.#added.size && this.#addedIsNext()) {
      this.#write(this.#added, this.#addedAt++);
      return true;
    }
    if (this.#baseAt >= this.#base.size) return false;
    const at = this.#baseAt++;
    if (!hasAt(this.#removed, this.#base, at)) this.#write(this.#base, at);
    return true;
  }

  /** Of two that are equal the added one goes first, whatever is removed, and the writer drops the other. */
  #addedIsNext(): boolean {
    if (this.#baseAt >= this.#base.size) return true;
    const added = this.#added.highs[this.#addedAt] ?? 0;
    const old = this.#base.highs[this.#baseAt] ?? 0;
    if (added !== old) return added < old;
    return (this.#added.lows[this.#addedAt] ?? 0) <= (this.#base.lows[this.#baseAt] ?? 0);
  }

  #write({ highs, lows }: FingerprintSet, at: number): void {
    this.#writer.push(highs[at] ?? 0, lows[at] ?? 0);
  }
}
