/** The CRC-32 of ISO 3309 and zlib (polynomial 0xEDB88320, reflected) of ASCII text. Node's own is not in browsers. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** Unsigned 32-bit. Every character must be below 128. */
export function crc32(ascii: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < ascii.length; at++) {
    crc = (crc >>> 8) ^ (table[(crc ^ ascii.charCodeAt(at)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
