/** Short lists, and ways to build them, for the tests of lists. */
import type { KeyList, ListDelta } from "../key-list.ts";
import { buildKeyList, buildListDelta } from "../key-list.ts";
import { type DecodedList, ListDecoder } from "../list-decoder.ts";
import { atOnce } from "../sliced.ts";

export const secret = Uint8Array.from({ length: 16 }, (_, at) => 7 * at + 3);

export function listOf(keys: Iterable<string>, version = 1): KeyList {
  return atOnce(buildKeyList({ version, secret, keys }));
}

export function deltaOf(given: Partial<Parameters<typeof buildListDelta>[0]>): ListDelta {
  return atOnce(buildListDelta({ from: 1, version: 2, secret, added: [], removed: [], ...given }));
}

export function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));
}

/** The bytes pushed in chunks that end at these places. */
export function decoded(bytes: Uint8Array, cuts: readonly number[] = []): DecodedList {
  const decoder = new ListDecoder();
  let from = 0;
  for (const to of [...cuts, bytes.length].sort((a, b) => a - b)) {
    decoder.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
  return decoder.finish();
}

/** The fingerprints of a set in their order, for comparing. */
export function contentOf(set: { readonly highs: Uint32Array; readonly lows: Uint32Array }): readonly string[] {
  return [...set.highs].map((high, at) => `${high}:${set.lows[at]}`);
}
