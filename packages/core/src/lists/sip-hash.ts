/**
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; one round a block and three at the end,
 * as the hash tables of Rust and Python have it): 64 bits that nobody can foresee who does not know the key.
 *
 * JavaScript has no fast 64-bit integers, so each is two halves of 32 bits, the low one first: in the state, in the key
 * and in the words of a message. Nothing is allocated.
 */

/** The four 64-bit words of a hash that is under way. */
export type SipState = Int32Array;

/** How long a key is, in bytes: two little-endian 64-bit words. */
export const SIP_KEY_BYTES = 16;

const END_ROUNDS = new Int32Array(6);

export function newSipState(): SipState {
  return new Int32Array(8);
}

/** Begins a hash under `key`, four halves. */
export function startSip(state: SipState, key: Int32Array): void {
  const k0 = key[0] ?? 0;
  const k1 = key[1] ?? 0;
  const k2 = key[2] ?? 0;
  const k3 = key[3] ?? 0;
  state[0] = k0 ^ 0x70736575;
  state[1] = k1 ^ 0x736f6d65;
  state[2] = k2 ^ 0x6e646f6d;
  state[3] = k3 ^ 0x646f7261;
  state[4] = k0 ^ 0x6e657261;
  state[5] = k1 ^ 0x6c796765;
  state[6] = k2 ^ 0x79746573;
  state[7] = k3 ^ 0x74656462;
}

/** Takes the first `count` halves of `words` in: whole 64-bit words, so an even number. */
export function absorb(state: SipState, words: Int32Array, count: number): void {
  // In locals: registers, where the state would be eight loads and stores a round. Not by destructuring, which iterates.
  let a = state[0] ?? 0;
  let A = state[1] ?? 0;
  let b = state[2] ?? 0;
  let B = state[3] ?? 0;
  let c = state[4] ?? 0;
  let C = state[5] ?? 0;
  let d = state[6] ?? 0;
  let D = state[7] ?? 0;
  for (let at = 0; at < count; at += 2) {
    const low = words[at] ?? 0;
    const high = words[at + 1] ?? 0;
    d ^= low;
    D ^= high;
    let sum: number;
    let spare: number;
    // v0 += v1, v1 <<<= 13, v1 ^= v0, v0 <<<= 32. What is carried over comes of bits: a comparison would be a branch that
    // no processor foresees, and doubled the time.
    sum = (a + b) | 0;
    A = (A + B + (((a & b) | ((a | b) & ~sum)) >>> 31)) | 0;
    a = sum;
    spare = (b << 13) | (B >>> 19);
    B = ((B << 13) | (b >>> 19)) ^ A;
    b = spare ^ a;
    spare = a;
    a = A;
    A = spare;
    // v2 += v3, v3 <<<= 16, v3 ^= v2
    sum = (c + d) | 0;
    C = (C + D + (((c & d) | ((c | d) & ~sum)) >>> 31)) | 0;
    c = sum;
    spare = (d << 16) | (D >>> 16);
    D = ((D << 16) | (d >>> 16)) ^ C;
    d = spare ^ c;
    // v0 += v3, v3 <<<= 21, v3 ^= v0
    sum = (a + d) | 0;
    A = (A + D + (((a & d) | ((a | d) & ~sum)) >>> 31)) | 0;
    a = sum;
    spare = (d << 21) | (D >>> 11);
    D = ((D << 21) | (d >>> 11)) ^ A;
    d = spare ^ a;
    // v2 += v1, v1 <<<= 17, v1 ^= v2, v2 <<<= 32
    sum = (c + b) | 0;
    C = (C + B + (((c & b) | ((c | b) & ~sum)) >>> 31)) | 0;
    c = sum;
    spare = (b << 17) | (B >>> 15);
    B = ((B << 17) | (b >>> 15)) ^ C;
    b = spare ^ c;
    spare = c;
    c = C;
    C = spare;
    a ^= low;
    A ^= high;
  }
  state[0] = a;
  state[1] = A;
  state[2] = b;
  state[3] = B;
  state[4] = c;
  state[5] = C;
  state[6] = d;
  state[7] = D;
}

/** Ends a hash whose last word, with the message's length, has been taken in: the result's halves are then `sipLow` and `sipHigh`. */
export function endSip(state: SipState): void {
  state[4] = (state[4] ?? 0) ^ 0xff;
  // Rounds over words of zero are the bare rounds that end the hash.
  absorb(state, END_ROUNDS, END_ROUNDS.length);
}

/** Ends the hash of a message of whole words, of which so many have been taken in. */
export function endSipOfWords(state: SipState, wordCount: number): void {
  // The last word of every message holds its length in bytes, modulo 256, in its highest byte.
  absorb(state, Int32Array.of(0, (wordCount * 8) << 24), 2);
  endSip(state);
}

/** The low half of an ended hash, unsigned. */
export function sipLow(state: SipState): number {
  return ((state[0] ?? 0) ^ (state[2] ?? 0) ^ (state[4] ?? 0) ^ (state[6] ?? 0)) >>> 0;
}

/** The high half of an ended hash, unsigned. */
export function sipHigh(state: SipState): number {
  return ((state[1] ?? 0) ^ (state[3] ?? 0) ^ (state[5] ?? 0) ^ (state[7] ?? 0)) >>> 0;
}
