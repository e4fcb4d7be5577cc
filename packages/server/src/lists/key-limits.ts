/** What a key of a list may be, and how many there may be. */

/** Of both lists of a segment together. */
export const MAX_SEGMENT_KEYS = 1_000_000;
/** In UTF-8. */
export const MAX_KEY_BYTES = 1_024;

/** Why a text cannot be a key of a list, as the end of a sentence that begins with "It"; `undefined` where it can. */
export function wrongWithKey(key: string): string | undefined {
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    return `takes ${Buffer.byteLength(key)} bytes, and the limit is ${MAX_KEY_BYTES}. Use a shorter one.`;
  }
  if (key.includes("\0")) return "holds the character U+0000, which no list can keep. Remove it.";
  return /\p{Surrogate}/u.test(key) ? "holds half of a surrogate pair, which is no text. Remove it." : undefined;
}
