import { FingerprintWriter, MAX_FINGERPRINTS } from "./fingerprint-set.ts";
import { KeyList, KeyListError, type ListDelta } from "./key-list.ts";
import { FIELDS, FORMAT, HEADER_WORDS, KINDS, MAGIC_HIGH, MAGIC_LOW, WORD_BYTES } from "./list-format.ts";
import { absorb, endSipOfWords, newSipState, sipHigh, sipLow, startSip } from "./sip-hash.ts";

const TOO_LONG = "it goes on after its end";

/** What the bytes of a list turn out to be. */
export type DecodedList =
  | { readonly kind: "list"; readonly list: KeyList }
  | { readonly kind: "delta"; readonly delta: ListDelta };

/**
 * Reads a key list, or a change of one, from bytes as they arrive, cut anywhere:
 *
 *     push(bytes)…   header ─▸ fingerprints ─▸ checksum ─▸ ended
 *     finish()       only when ended
 *
 * What is damaged, cut short or too long is refused with a KeyListError, and so is all that is pushed after that. The
 * work of a `push` goes with the bytes given to it: who reads a whole file at once gives it on in parts, and lets
 * others run between them. It keeps no bytes but those of a word that is not whole yet.
 */
export class ListDecoder {
  readonly #partial = new Uint8Array(WORD_BYTES);
  #partialBytes = 0;
  readonly #header = new Int32Array(HEADER_WORDS * 2);
  readonly #checksum = newSipState();
  #word = 0;
  #body: Body | undefined;
  #ended = false;
  #failure: KeyListError | undefined;

  /** Throws a KeyListError. */
  push(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    const missing = (WORD_BYTES - this.#partialBytes) % WORD_BYTES;
    const wholeEnd = bytes.length - Math.max(0, (bytes.length - missing) % WORD_BYTES);
    this.#complete(bytes.subarray(0, missing));
    this.#takeWords(bytes.subarray(missing, wholeEnd));
    this.#complete(bytes.subarray(wholeEnd));
  }

  /** Throws a KeyListError where it is not all there. */
  finish(): DecodedList {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#ended || this.#body === undefined) {
      throw this.#refuse(`it ends after ${this.#word * WORD_BYTES + this.#partialBytes} bytes, too early`);
    }
    return this.#body.finish();
  }

  /** Adds to the word that is not whole. */
  #complete(bytes: Uint8Array): void {
    if (this.#ended && bytes.length > 0) throw this.#refuse(TOO_LONG);
    this.#partial.set(bytes, this.#partialBytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes < WORD_BYTES) return;
    this.#partialBytes = 0;
    this.#takeWords(this.#partial);
  }

  #takeWords(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const words = new Int32Array(bytes.length / 4);
    for (let at = 0; at < words.length; at++) words[at] = view.getInt32(at * 4, true);
    let at = 0;
    while (at < words.length) at += this.#takeSome(words.subarray(at));
  }

  /** Takes what belongs to one part of the list, and tells how many halves it was. */
  #takeSome(words: Int32Array): number {
    if (this.#ended) throw this.#refuse(TOO_LONG);
    if (this.#body === undefined) return this.#takeHeader(words);
    const taken = words.subarray(0, this.#body.left * 2);
    if (taken.length === 0) return this.#takeChecksum(words);
    absorb(this.#checksum, taken, taken.length);
    const wrong = this.#body.take(taken);
    if (wrong !== undefined) throw this.#refuse(wrong);
    this.#word += taken.length / 2;
    return taken.length;
  }

  #takeHeader(words: Int32Array): number {
    const taken = words.subarray(0, (HEADER_WORDS - this.#word) * 2);
    this.#header.set(taken, this.#word * 2);
    this.#word += taken.length / 2;
    if (this.#word < HEADER_WORDS) return taken.length;
    const wrong = wrongWith(this.#header);
    if (wrong !== undefined) throw this.#refuse(wrong);
    this.#body = new Body(this.#header);
    startSip(this.#checksum, this.#body.listKey);
    absorb(this.#checksum, this.#header, this.#header.length);
    return taken.length;
  }

  #takeChecksum([low = 0, high = 0]: Int32Array): number {
    endSipOfWords(this.#checksum, this.#word);
    if (low >>> 0 !== sipLow(this.#checksum) || high >>> 0 !== sipHigh(this.#checksum)) {
      throw this.#refuse("its checksum is not that of its content");
    }
    this.#ended = true;
    return 2;
  }

  #refuse(what: string): KeyListError {
    this.#failure = new KeyListError(`The key list cannot be used: ${what}. Get it again from the server.`);
    return this.#failure;
  }
}

/** What is wrong with a header, if anything is. */
function wrongWith(header: Int32Array): string | undefined {
  const [low = 0, high = 0] = header;
  if (low !== MAGIC_LOW || (high & 0xffffff) !== MAGIC_HIGH) return 'it does not begin with "BNRLIST"';
  if (high >>> 24 !== FORMAT) return `it is of format ${high >>> 24}, and this version reads format ${FORMAT} alone`;
  const kind = header[FIELDS.kind];
  if (kind !== KINDS.list && kind !== KINDS.delta) return `it is of kind ${kind}, which is not known here`;
  const count = countAt(header, FIELDS.added) + countAt(header, FIELDS.removed);
  if (count > MAX_FINGERPRINTS) return `it names ${count} keys, and the most are ${MAX_FINGERPRINTS}`;
  if (kind === KINDS.list && countAt(header, FIELDS.removed) > 0) return "it is a whole list that removes keys";
  const versions = [versionAt(header, FIELDS.version), versionAt(header, FIELDS.from)];
  return versions.every(Number.isSafeInteger) ? undefined : "its version is out of range";
}

function countAt(header: Int32Array, field: number): number {
  return (header[field] ?? 0) >>> 0;
}

function versionAt(header: Int32Array, field: number): number {
  return countAt(header, field) + countAt(header, field + 1) * 2 ** 32;
}

/** The fingerprints behind a header that has been found right. */
class Body {
  readonly listKey: Int32Array;
  readonly #header: Int32Array;
  readonly #added: FingerprintWriter;
  readonly #removed: FingerprintWriter;
  readonly #removedCount: number;
  #left: number;

  constructor(header: Int32Array) {
    this.#header = header;
    this.listKey = header.slice(FIELDS.secret, FIELDS.added);
    const addedCount = countAt(header, FIELDS.added);
    this.#removedCount = countAt(header, FIELDS.removed);
    this.#added = new FingerprintWriter(addedCount);
    this.#removed = new FingerprintWriter(this.#removedCount);
    this.#left = addedCount + this.#removedCount;
  }

  /** How many fingerprints are still to come, the removed ones last. */
  get left(): number {
    return this.#left;
  }

  /** What is wrong with them, if anything is. */
  take(words: Int32Array): string | undefined {
    for (let at = 0; at < words.length; at += 2) {
      const writer = this.#left > this.#removedCount ? this.#added : this.#removed;
      if (!writer.push((words[at + 1] ?? 0) >>> 0, (words[at] ?? 0) >>> 0)) return "its fingerprints are out of order";
      this.#left -= 1;
    }
    return undefined;
  }

  finish(): DecodedList {
    const { listKey } = this;
    const version = versionAt(this.#header, FIELDS.version);
    const added = this.#added.finish();
    if (this.#header[FIELDS.kind] === KINDS.list) {
      return { kind: "list", list: new KeyList({ version, listKey }, added) };
    }
    const from = versionAt(this.#header, FIELDS.from);
    return { kind: "delta", delta: { version, listKey, from, added, removed: this.#removed.finish() } };
  }
}
