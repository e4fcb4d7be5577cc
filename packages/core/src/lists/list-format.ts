/**
 * A key list, or a change of one, as bytes. All of it is 64-bit words, and every number is little-endian:
 *
 *     0   "BNRLIST" and the format's number, 1
 *     1   kind: 1 a whole list, 2 a delta      (the upper half is 0)
 *     2   version
 *     3   the version that a delta is from; 0 in a whole list
 *     4   the list's secret, two words
 *     6   how many are added, 32 bits, and how many removed, 32 bits; a whole list adds all that it has
 *     7   the added fingerprints, ascending, then the removed ones, ascending
 *     end SipHash-1-3 of all bytes before, under the list's secret
 *
 * The checksum catches what was damaged or lost on the way. It is no proof of who wrote it, since the secret lies beside
 * it: that is TLS's part.
 */
export const FORMAT = 1;
export const KINDS = { list: 1, delta: 2 } as const;
export const WORD_BYTES = 8;
export const HEADER_WORDS = 7;

/** "BNRL" and, below the format's number, "IST". */
export const MAGIC_LOW = 0x4c524e42;
export const MAGIC_HIGH = 0x00545349;

/** Where a field begins, in halves of words. */
export const FIELDS = { magic: 0, kind: 2, version: 4, from: 6, secret: 8, added: 12, removed: 13 } as const;
