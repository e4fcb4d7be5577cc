/** A segment with a long list of keys, as the view shows it and as its bytes come by HTTP. */
import { atOnce, buildKeyList, buildListDelta, encodeKeyList, encodeListDelta } from "../../packages/core/src/index.ts";

/** Whoever is ever in the list. */
export const MEMBERS: readonly string[] = Array.from({ length: 8 }, (_, at) => `k${at}`);
/** On for those in the list: 1, else 0. */
export const LISTED_FLAG = "l";

/** The list at one of its versions. Immutable. */
export interface Listed {
  /** Names the list; another one takes its place now and then. */
  readonly list: string;
  readonly version: number;
  readonly keys: ReadonlySet<string>;
}

export function segmentOf({ list, version, keys }: Listed): object {
  return { version, included: { list, count: keys.size, version }, excluded: [], when: null };
}

export const listedFlag: object = {
  version: 1,
  type: "number",
  seed: 1,
  variants: [
    { key: "out", value: 0 },
    { key: "in", value: 1 },
  ],
  enabled: true,
  off: "out",
  prerequisites: [],
  targets: [],
  rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "in" } }],
  fallthrough: { variant: "out" },
};

/** A member comes, or goes; or another list takes the place of this one, with the same difference. */
export function changedList(before: Listed, version: number, member: string, isAnother: boolean): Listed {
  const keys = new Set(before.keys);
  if (!keys.delete(member)) keys.add(member);
  return { list: isAnother ? `list-${version}` : before.list, version, keys };
}

export function wholeList({ version, list, keys }: Listed): Uint8Array {
  return joined(encodeKeyList(atOnce(buildKeyList({ version, secret: secretOf(list), keys }))));
}

/** What came and went since a version of the same list. */
export function listSince(before: Listed, { version, list, keys }: Listed): Uint8Array {
  const added = [...keys].filter((key) => !before.keys.has(key));
  const removed = [...before.keys].filter((key) => !keys.has(key));
  const change = { from: before.version, version, secret: secretOf(list), added, removed };
  return joined(encodeListDelta(atOnce(buildListDelta(change))));
}

function secretOf(list: string): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, at) => (list.charCodeAt(at % list.length) * 31 + at) % 256);
}

function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...pieces]));
}
