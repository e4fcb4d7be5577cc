import type { FingerprintSet } from "./fingerprint-set.ts";
import type { KeyList, ListDelta, ListIdentity } from "./key-list.ts";
import { FIELDS, FORMAT, HEADER_WORDS, KINDS, MAGIC_HIGH, MAGIC_LOW } from "./list-format.ts";
import { absorb, endSipOfWords, newSipState, type SipState, sipHigh, sipLow, startSip } from "./sip-hash.ts";

/** In a chunk of 16 KiB. */
const CHUNK_KEYS = 2_048;

interface Content extends ListIdentity {
  readonly kind: number;
  readonly from: number;
  readonly parts: readonly [added: FingerprintSet, removed: FingerprintSet | undefined];
}

/** A whole list as bytes, in chunks of at most 16 KiB, each made when it is asked for. */
export function encodeKeyList({ version, listKey, fingerprints }: KeyList): Generator<Uint8Array, void, undefined> {
  return encode({ kind: KINDS.list, version, from: 0, listKey, parts: [fingerprints, undefined] });
}

/** A change of a list as bytes, as `encodeKeyList` gives them. */
export function encodeListDelta(delta: ListDelta): Generator<Uint8Array, void, undefined> {
  const { version, from, listKey, added, removed } = delta;
  return encode({ kind: KINDS.delta, version, from, listKey, parts: [added, removed] });
}

function* encode(content: Content): Generator<Uint8Array, void, undefined> {
  const checksum = newSipState();
  startSip(checksum, content.listKey);
  yield summed(headerOf(content), checksum);
  for (const part of content.parts) {
    const size = part?.size ?? 0;
    for (let from = 0; part !== undefined && from < size; from += CHUNK_KEYS) {
      yield summed(wordsOf(part, from, Math.min(from + CHUNK_KEYS, size)), checksum);
    }
  }
  const [added, removed] = content.parts;
  endSipOfWords(checksum, HEADER_WORDS + added.size + (removed?.size ?? 0));
  yield bytesOf(Int32Array.of(sipLow(checksum), sipHigh(checksum)));
}

function headerOf({ kind, version, from, listKey, parts: [added, removed] }: Content): Int32Array {
  const words = new Int32Array(HEADER_WORDS * 2);
  words.set([MAGIC_LOW, MAGIC_HIGH | (FORMAT << 24)], FIELDS.magic);
  words[FIELDS.kind] = kind;
  words.set(halvesOf(version), FIELDS.version);
  words.set(halvesOf(from), FIELDS.from);
  words.set(listKey, FIELDS.secret);
  words[FIELDS.added] = added.size;
  words[FIELDS.removed] = removed?.size ?? 0;
  return words;
}

function halvesOf(count: number): readonly [low: number, high: number] {
  return [count % 2 ** 32, Math.floor(count / 2 ** 32)];
}

function wordsOf({ highs, lows }: FingerprintSet, from: number, to: number): Int32Array {
  const words = new Int32Array((to - from) * 2);
  for (let at = from, word = 0; at < to; at++, word += 2) {
    words[word] = lows[at] ?? 0;
    words[word + 1] = highs[at] ?? 0;
  }
  return words;
}

function summed(words: Int32Array, checksum: SipState): Uint8Array {
  absorb(checksum, words, words.length);
  return bytesOf(words);
}

function bytesOf(words: Int32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setInt32(at * 4, word, true);
  return bytes;
}
