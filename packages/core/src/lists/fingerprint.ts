import { absorb, endSip, newSipState, SIP_KEY_BYTES, type SipState, startSip } from "./sip-hash.ts";

/** A list's secret, ready for hashing. */
export type ListKey = Int32Array;

/** What is long enough for all but strange keys, so that hashing allocates nothing. */
const SCRATCH_BYTES = 1_024;

const utf8 = new TextEncoder();
const scratchBytes = new Uint8Array(SCRATCH_BYTES);
const scratchWords = new Int32Array(SCRATCH_BYTES / 4);
const scratchState = newSipState();

/** A list's secret of 16 bytes, as SipHash reads it. Throws a RangeError where it is of another length. */
export function listKeyOf(secret: Uint8Array): ListKey {
  if (secret.length !== SIP_KEY_BYTES) {
    throw new RangeError(`A list's secret has ${SIP_KEY_BYTES} bytes, and this has ${secret.length}. Draw it anew.`);
  }
  const view = new DataView(secret.buffer, secret.byteOffset, secret.byteLength);
  return Int32Array.from({ length: SIP_KEY_BYTES / 4 }, (_, at) => view.getInt32(at * 4, true));
}

/**
 * The fingerprint of a key: SipHash-1-3 of its UTF-8 bytes under the list's secret, a lone surrogate counting as
 * U+FFFD. Read it by `sipHigh` and `sipLow` before the next one is taken: the state is one that all share.
 */
export function fingerprintOf(text: string, key: ListKey): SipState {
  const words = text.length < SCRATCH_BYTES - 8 ? scratchWords : new Int32Array((text.length >> 2) + 4);
  const count = packAscii(text, words);
  startSip(scratchState, key);
  if (count > 0) absorb(scratchState, words, count);
  else absorbUtf8(scratchState, text);
  endSip(scratchState);
  return scratchState;
}

/** Packs text into words, its length at their end: how many halves they are, or 0 where some of it is not ASCII. */
function packAscii(text: string, words: Int32Array): number {
  const { length } = text;
  const wholeEnd = length & ~3;
  let units = 0;
  let at = 0;
  for (; at < wholeEnd; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    units |= a | b | c | d;
    words[at >> 2] = a | (b << 8) | (c << 16) | (d << 24);
  }
  let rest = 0;
  for (; at < length; at++) {
    const unit = text.charCodeAt(at);
    units |= unit;
    rest |= unit << ((at & 3) * 8);
  }
  return units > 0x7f ? 0 : endWords(words, length, rest);
}

function absorbUtf8(state: SipState, text: string): void {
  const bytes = text.length * 3 <= SCRATCH_BYTES - 8 ? scratchBytes : new Uint8Array(text.length * 3);
  const { written } = utf8.encodeInto(text, bytes);
  const words = bytes === scratchBytes ? scratchWords : new Int32Array((written >> 2) + 4);
  absorb(state, words, packBytes(bytes, written, words));
}

function packBytes(bytes: Uint8Array, length: number, words: Int32Array): number {
  let word = 0;
  for (let at = 0; at < length; at++) {
    word |= (bytes[at] ?? 0) << ((at & 3) * 8);
    if ((at & 3) !== 3) continue;
    words[at >> 2] = word;
    word = 0;
  }
  return endWords(words, length, word);
}

/** The last word of a message: the bytes that are left over, and in its highest byte the length modulo 256. */
function endWords(words: Int32Array, length: number, rest: number): number {
  const count = ((length >> 3) + 1) * 2;
  if ((length & 4) === 0) {
    words[count - 2] = rest;
    words[count - 1] = length << 24;
  } else words[count - 1] = rest | (length << 24);
  return count;
}
