/**
 * MurmurHash3 x86_32 (Austin Appleby, public domain, SMHasher) of a text's UTF-8 bytes: what buckets and checksums
 * are made of, so its results are part of the protocol and never change.
 *
 * Nothing is allocated and no bytes are written down: text is read by its UTF-16 units, four ASCII characters being
 * one block as they stand. From the first character beyond ASCII on, `hashRest` encodes on the way.
 */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** The hash of `text` with `seed` (unsigned 32-bit): an unsigned 32-bit integer. A lone surrogate counts as U+FFFD. */
export function murmur3(text: string, seed: number): number {
  return hash32(text, seed) >>> 0;
}

/**
 * The same 32 bits as a signed integer, which no engine has to put on the heap: half of all unsigned ones do not fit
 * where small integers do, and cost 8 bytes a call on average.
 */
export function hash32(text: string, seed: number): number {
  const length = text.length;
  const blocksEnd = length & ~3;
  let hash = seed | 0;
  let at = 0;
  for (; at < blocksEnd; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > 0x7f) return hashRest(text, at, hash);
    hash = addBlock(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  if (at === length) return finish(hash, length);
  return hashRest(text, at, hash);
}

/** Goes on where `at` bytes, all ASCII and a whole number of blocks, have been hashed. */
function hashRest(text: string, start: number, startHash: number): number {
  let hash = startHash;
  let byteCount = start;
  let block = 0;
  for (let at = start; at < text.length; at++) {
    const codePoint = codePointAt(text, at);
    if (codePoint > 0xffff) at++;
    const width = utf8Width(codePoint);
    const bytes = utf8Bytes(codePoint, width);
    const filled = byteCount & 3;
    block |= bytes << (filled * 8);
    byteCount += width;
    if (filled + width < 4) continue;
    hash = addBlock(hash, block);
    // A shift by 32 is a shift by 0, so the case in which nothing is carried over has to be told apart.
    block = filled === 0 ? 0 : bytes >>> ((4 - filled) * 8);
  }
  return finish((byteCount & 3) === 0 ? hash : hash ^ scramble(block), byteCount);
}

/** As `String.codePointAt`, but for a lone surrogate the replacement character. */
function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if ((unit & 0xf800) !== 0xd800) return unit;
  const next = unit < 0xdc00 ? text.charCodeAt(at + 1) : 0;
  return (next & 0xfc00) === 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff) : 0xfffd;
}

function utf8Width(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** The UTF-8 bytes in one integer, the first byte lowest: the order in which MurmurHash3 reads a block. */
function utf8Bytes(codePoint: number, width: number): number {
  const last = 0x80 | (codePoint & 0x3f);
  const middle = 0x80 | ((codePoint >> 6) & 0x3f);
  if (width === 1) return codePoint;
  if (width === 2) return 0xc0 | (codePoint >> 6) | (last << 8);
  if (width === 3) return 0xe0 | (codePoint >> 12) | (middle << 8) | (last << 16);
  return 0xf0 | (codePoint >> 18) | ((0x80 | ((codePoint >> 12) & 0x3f)) << 8) | (middle << 16) | (last << 24);
}

function scramble(block: number): number {
  const product = Math.imul(block, C1);
  return Math.imul((product << 15) | (product >>> 17), C2);
}

function addBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, byteCount: number): number {
  let mixed = hash ^ byteCount;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
