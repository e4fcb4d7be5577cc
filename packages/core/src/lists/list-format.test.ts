import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyListError } from "./key-list.ts";
import { ListDecoder } from "./list-decoder.ts";
import { encodeKeyList, encodeListDelta } from "./list-encoder.ts";
import { contentOf, decoded, deltaOf, joined, listOf, secret } from "./testing/lists.ts";
import { sipOracle } from "./testing/sip-oracle.ts";

const someKeys = fc.array(fc.string({ maxLength: 5 }), { maxLength: 40 });
const versions = fc.oneof(fc.nat(), fc.constantFrom(2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER));
const cuts = fc.array(fc.nat(400), { maxLength: 8 });

const HEADER = 56;

/** The bytes of a short list, made in each test: what is made while tests are collected is no test's doing. */
const sampleBytes = () => joined(encodeKeyList(listOf(["u1", "u2", "u3"])));

function withBytes(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

describe("a list as bytes", () => {
  it("comes back the same, however the bytes are cut", () => {
    fc.assert(
      fc.property(someKeys, versions, cuts, (keys, version, places) => {
        const list = listOf(keys, version);
        const bytes = joined(encodeKeyList(list));
        expect(bytes).toHaveLength(HEADER + 8 * list.size + 8);
        const result = decoded(
          bytes,
          places.map((place) => Math.min(place, bytes.length)),
        );
        if (result.kind !== "list") throw new Error(result.kind);
        expect(contentOf(result.list.fingerprints)).toEqual(contentOf(list.fingerprints));
        expect(result.list.version).toBe(version);
        for (const key of keys) expect(result.list.has(key)).toBe(true);
      }),
    );
  });

  it("comes back the same byte by byte, empty or not", () => {
    for (const keys of [[], ["u1", "u2"]]) {
      const bytes = joined(encodeKeyList(listOf(keys)));
      const result = decoded(bytes, [...bytes.keys()]);
      expect(result.kind === "list" && result.list.size).toBe(keys.length);
    }
  });

  it("is what the format says", () => {
    const sample = sampleBytes();
    expect(String.fromCharCode(...sample.subarray(0, 7))).toBe("BNRLIST");
    expect([...sample.subarray(7, 17)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(sample.subarray(32, 48)).toEqual(secret);
    expect([...sample.subarray(48, HEADER)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
    const view = new DataView(sample.buffer);
    const fingerprints = [0, 1, 2].map((at) => view.getBigUint64(HEADER + at * 8, true));
    const expected = ["u1", "u2", "u3"].map((key) => sipOracle(new TextEncoder().encode(key), secret, { c: 1, d: 3 }));
    expect(fingerprints).toEqual(expected.sort((a, b) => (a < b ? -1 : 1)));
  });

  it("ends in SipHash-1-3 of the bytes before, so that any implementation can check it", () => {
    const sample = sampleBytes();
    const end = sample.length - 8;
    const checksum = new DataView(sample.buffer).getBigUint64(end, true);
    expect(checksum).toBe(sipOracle(sample.subarray(0, end), secret, { c: 1, d: 3 }));
  });

  it("is refused where any bit of it is another, with a reason", () => {
    const sample = sampleBytes();
    for (let at = 0; at < sample.length * 8; at++) {
      const damaged = withBytes(sample, at >> 3, (sample[at >> 3] ?? 0) ^ (1 << (at & 7)));
      expect(() => decoded(damaged), `bit ${at}`).toThrow(KeyListError);
    }
  });

  it("is refused where it is cut short anywhere, or goes on", () => {
    const sample = sampleBytes();
    for (let length = 0; length < sample.length; length++) {
      expect(() => decoded(sample.subarray(0, length))).toThrow(/it ends after \d+ bytes, too early/);
    }
    expect(() => decoded(joined([sample, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)]))).toThrow(/goes on after its end/);
    expect(() => decoded(joined([sample, Uint8Array.of(1)]))).toThrow(/goes on after its end/);
  });

  it.each<[string, (sample: Uint8Array) => Uint8Array, RegExp]>([
    ["is no list", () => new TextEncoder().encode("<!doctype html>".repeat(9)), /does not begin with "BNRLIST"/],
    ["begins almost like one", (sample) => withBytes(sample, 6, 0x55), /does not begin with "BNRLIST"/],
    ["is of a newer format", (sample) => withBytes(sample, 7, 2), /format 2, and this version reads format 1/],
    ["is of an unknown kind", (sample) => withBytes(sample, 8, 9), /kind 9/],
    ["names more keys than a list may have", (sample) => withBytes(sample, 48, 1, 0, 0, 1), /16777217 keys/],
    [
      "names as many as a list may have, and ends",
      (sample) => withBytes(sample, 48, 0, 0, 0, 1).subarray(0, 56),
      /after 56 bytes/,
    ],
    [
      "removes more keys than a list may have",
      (sample) => withBytes(withBytes(sample, 8, 2), 52, 1, 0, 0, 1),
      /16777220 keys/,
    ],
    ["is a whole list that removes keys", (sample) => withBytes(sample, 52, 1), /removes keys/],
    [
      "has a version that no number holds",
      (sample) => withBytes(sample, 16, 0, 0, 0, 0, 0, 0, 0, 1),
      /version is out of range/,
    ],
    [
      "has a fingerprint twice",
      (sample) => joined([sample.subarray(0, 64), sample.subarray(56, 64), sample.subarray(72)]),
      /out of order/,
    ],
    [
      "has fingerprints that do not ascend",
      (sample) =>
        joined([sample.subarray(0, 56), sample.subarray(64, 72), sample.subarray(56, 64), sample.subarray(72)]),
      /out of order/,
    ],
    ["has another checksum", (sample) => withBytes(sample, sample.length - 1, (sample.at(-1) ?? 0) ^ 1), /checksum/],
  ])("is refused where it %s", (_what, bytesFrom, reason) => {
    const bytes = bytesFrom(sampleBytes());
    expect(() => decoded(bytes)).toThrow(reason);
  });

  it("is refused by an error of its own name", () => {
    expect(() => decoded(Uint8Array.of())).toThrow(expect.objectContaining({ name: "KeyListError" }));
  });

  it("is refused for good: what is pushed after that helps nothing", () => {
    const sample = sampleBytes();
    const decoder = new ListDecoder();
    expect(() => decoder.push(withBytes(sample, 0, 0))).toThrow(KeyListError);
    expect(() => decoder.push(sample)).toThrow(/BNRLIST/);
    expect(() => decoder.push(Uint8Array.of(0))).toThrow(/BNRLIST/);
    expect(() => decoder.finish()).toThrow(/BNRLIST/);
  });
});

describe("a change of a list as bytes", () => {
  it("comes back the same, however the bytes are cut", () => {
    fc.assert(
      fc.property(someKeys, someKeys, versions, cuts, (added, removed, from, places) => {
        const delta = deltaOf({ added, removed, from, version: 5 });
        const bytes = joined(encodeListDelta(delta));
        const result = decoded(
          bytes,
          places.map((place) => Math.min(place, bytes.length)),
        );
        if (result.kind !== "delta") throw new Error(result.kind);
        expect(contentOf(result.delta.added)).toEqual(contentOf(delta.added));
        expect(contentOf(result.delta.removed)).toEqual(contentOf(delta.removed));
        expect([result.delta.from, result.delta.version]).toEqual([from, 5]);
      }),
    );
  });
});
