/**
 * MurmurHash3 x86_32, as `hash.ts` of core, in a third of its length: a page takes few hashes, and each may make its bytes.
 * The build puts it in that one's place.
 */

/** The hash of `text` with `seed`, a signed 32-bit integer. A lone surrogate counts as U+FFFD. */
export function hash32(text: string, seed: number): number {
  const bytes = new TextEncoder().encode(text);
  const { length } = bytes;
  // What lies past the end counts as 0.
  const padded = new Uint8Array(length + 4);
  padded.set(bytes);
  const blocks = new DataView(padded.buffer);
  let hash = seed;
  for (let at = 0; at < length; at += 4) {
    hash ^= Math.imul(turned(Math.imul(blocks.getInt32(at, true), 0xcc9e2d51), 15), 0x1b873593);
    if (at + 4 <= length) hash = Math.imul(turned(hash, 13), 5) + 0xe6546b64;
  }
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The same as an unsigned integer. */
export const murmur3 = (text: string, seed: number): number => hash32(text, seed) >>> 0;

const turned = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by));
