import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyListDelta } from "./apply-delta.ts";
import { bucketCount, bucketShift, MAX_FINGERPRINTS } from "./fingerprint-set.ts";
import { buildKeyList, KeyList } from "./key-list.ts";
import { encodeKeyList } from "./list-encoder.ts";
import { atOnce, SLICE_KEYS } from "./sliced.ts";
import { contentOf, deltaOf, listOf, secret } from "./testing/lists.ts";

const someKeys = fc.array(fc.oneof(fc.constantFrom("u1", "u2", "", "é", "\ud800"), fc.string({ maxLength: 5 })), {
  maxLength: 60,
});

describe("a key list", () => {
  it("has exactly the keys that it was built of, in whatever order and however often they came", () => {
    fc.assert(
      fc.property(someKeys, someKeys, (keys, others) => {
        const list = listOf(keys);
        const wellFormed = new Set(keys.map((key) => key.replaceAll("\ud800", "\ufffd")));
        expect(list.size).toBe(wellFormed.size);
        for (const key of [...keys, ...others])
          expect(list.has(key)).toBe(wellFormed.has(key.replaceAll("\ud800", "\ufffd")));
        expect(contentOf(listOf([...keys, ...keys].reverse()).fingerprints)).toEqual(contentOf(list.fingerprints));
      }),
    );
  });

  it("has all of its keys where it has some thousands, and no stranger", () => {
    const keys = (prefix: string) => Array.from({ length: 5_000 }, (_, at) => `${prefix}${at}`);
    const list = listOf(keys("u"));
    expect(list.size).toBe(5_000);
    expect(keys("u").filter((key) => !list.has(key))).toEqual([]);
    expect(keys("v").filter((key) => list.has(key))).toEqual([]);
  });

  // Found among 200,000.
  it.each([
    ["high", "u99711", "u119217"],
    ["low", "u27416", "u114094"],
  ] as const)("tells keys apart whose fingerprints have the %s half in common", (half, one, other) => {
    const { highs, lows } = listOf([one, other]).fingerprints;
    expect(new Set(half === "high" ? highs : lows).size).toBe(1);
    for (const keys of [[one], [other], [one, other], [other, one], [one, other, one]]) {
      const list = listOf(keys);
      expect(list.size).toBe(new Set(keys).size);
      expect([one, other].filter((key) => list.has(key))).toEqual([one, other].filter((key) => keys.includes(key)));
    }
  });

  it("may be empty", () => {
    const list = listOf([]);
    expect([list.size, list.has(""), list.has("u1")]).toEqual([0, false, false]);
  });

  it("has other fingerprints under another secret", () => {
    const list = listOf(["u1"]);
    const other = atOnce(buildKeyList({ version: 1, secret: new Uint8Array(16), keys: ["u1"] }));
    expect(contentOf(other.fingerprints)).not.toEqual(contentOf(list.fingerprints));
    expect(new KeyList(other, list.fingerprints).has("u1")).toBe(false);
  });

  it("is as likely to take a stranger for a member as is promised, up to the most that it may hold", () => {
    expect(MAX_FINGERPRINTS / 2 ** 64).toBeLessThan(1e-12);
  });

  it.each([0, 1, 2, 3, 4, 7, 8, 1_000_000, MAX_FINGERPRINTS])("of %i keys has a shift that JavaScript does", (size) => {
    expect(bucketShift(size)).toBeGreaterThanOrEqual(1);
    expect(bucketShift(size)).toBeLessThanOrEqual(31);
  });

  it.each([4, 5, 7, 8, 1_000_000, MAX_FINGERPRINTS])("of %i keys has two to four in a bucket", (size) => {
    const inBucket = size / bucketCount(bucketShift(size));
    expect(inBucket).toBeGreaterThanOrEqual(2);
    expect(inBucket).toBeLessThan(4);
  });
});

describe("a change of a key list", () => {
  it("leaves what a list of the keys after it is, and the old list as it was", () => {
    fc.assert(
      fc.property(someKeys, someKeys, someKeys, (keys, added, removed) => {
        const list = listOf(keys);
        const before = contentOf(list.fingerprints);
        const changed = atOnce(applyListDelta(list, deltaOf({ added, removed })));
        const gone = new Set(removed.map((key) => key.replaceAll("\ud800", "\ufffd")));
        const after = [...keys.filter((key) => !gone.has(key.replaceAll("\ud800", "\ufffd"))), ...added];
        expect(contentOf(changed.fingerprints)).toEqual(contentOf(listOf(after).fingerprints));
        expect(changed.version).toBe(2);
        for (const key of after) expect(changed.has(key)).toBe(true);
        expect(contentOf(list.fingerprints)).toEqual(before);
      }),
    );
  });

  it.each([
    ["from another version", { from: 3, version: 4 }, /to version 3 of the list, and this is version 1/],
    ["under another secret", { secret: new Uint8Array(16) }, /another secret/],
    [
      "under a secret whose last byte is another",
      { secret: Uint8Array.of(...secret.subarray(0, 15), 0) },
      /another secret/,
    ],
  ])("is refused where it was made %s", (_what, given, message) => {
    const delta = deltaOf(given);
    expect(() => atOnce(applyListDelta(listOf(["u1"]), delta))).toThrow(message);
  });
});

describe("long work", () => {
  /** Keys, and how many were asked for between two slices at most. */
  function watched(count: number) {
    let taken = 0;
    let longest = 0;
    return {
      *keys() {
        for (let at = 0; at < count; at++) {
          taken += 1;
          yield `u${at % (count - 1)}`;
        }
      },
      pause() {
        longest = Math.max(longest, taken);
        taken = 0;
      },
      longest: () => longest,
    };
  }

  function drive<T>(work: Generator<undefined, T, undefined>, pause: () => void = () => {}) {
    for (let slices = 1; ; slices++) {
      const step = work.next();
      pause();
      if (step.done) return { result: step.value, slices };
    }
  }

  const count = 16 * SLICE_KEYS;

  it("on a list is done in slices of a bounded number of keys, in each of its passes", () => {
    const { keys, pause, longest } = watched(count);
    const { result, slices } = drive(buildKeyList({ version: 1, secret, keys: keys() }), pause);
    expect(result.size).toBe(count - 1);
    expect(longest()).toBeLessThanOrEqual(SLICE_KEYS);
    const buckets = bucketCount(bucketShift(count));
    // Fingerprints, counting by pages, where buckets begin, places, and the result by buckets of four or fewer.
    const passes = [count / SLICE_KEYS, 2, buckets / SLICE_KEYS, count / SLICE_KEYS, buckets / (SLICE_KEYS / 4)];
    expect(slices).toBe(passes.reduce((sum, each) => sum + each) + 1);
  });

  it("on a change is done in slices", () => {
    const keys = Array.from({ length: count }, (_, at) => `u${at}`);
    const others = keys.map((key) => `v${key}`);
    const { result, slices } = drive(applyListDelta(listOf(keys), deltaOf({ added: others, removed: keys })));
    expect(result.size).toBe(count);
    // What is new, what is gone, and what of both lists goes into the third.
    expect(slices).toBe((4 * count) / SLICE_KEYS + 1);
  });

  it("on bytes is done in chunks of at most 16 KiB", () => {
    const chunks = [...encodeKeyList(listOf(Array.from({ length: 4_096 }, (_, at) => `u${at}`)))];
    expect(chunks.map(({ length }) => length)).toEqual([56, 16_384, 16_384, 8]);
  });
});
