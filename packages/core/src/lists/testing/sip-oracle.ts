/** SipHash-c-d as the paper writes it, in whole 64-bit integers: slow, and checked against the paper's own vector. */
const MASK = (1n << 64n) - 1n;

const rotated = (word: bigint, by: bigint) => ((word << by) | (word >> (64n - by))) & MASK;

function wordAt(bytes: Uint8Array, at: number): bigint {
  let word = 0n;
  for (let byte = 7; byte >= 0; byte--) word = (word << 8n) | BigInt(bytes[at + byte] ?? 0);
  return word;
}

export function sipOracle(bytes: Uint8Array, key: Uint8Array, rounds: { readonly c: number; readonly d: number }) {
  const [k0, k1] = [wordAt(key, 0), wordAt(key, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const mix = (count: number) => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & MASK;
      v1 = rotated(v1, 13n) ^ v0;
      v0 = rotated(v0, 32n);
      v2 = (v2 + v3) & MASK;
      v3 = rotated(v3, 16n) ^ v2;
      v0 = (v0 + v3) & MASK;
      v3 = rotated(v3, 21n) ^ v0;
      v2 = (v2 + v1) & MASK;
      v1 = rotated(v1, 17n) ^ v2;
      v2 = rotated(v2, 32n);
    }
  };
  const padded = new Uint8Array((bytes.length >> 3) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const word = wordAt(padded, at);
    v3 ^= word;
    mix(rounds.c);
    v0 ^= word;
  }
  v2 ^= 0xffn;
  mix(rounds.d);
  return v0 ^ v1 ^ v2 ^ v3;
}
