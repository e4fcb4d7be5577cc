import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyListDelta } from "./apply-delta.ts";
import { type FingerprintSet, FingerprintWriter } from "./fingerprint-set.ts";
import { KeyList } from "./key-list.ts";
import { atOnce } from "./sliced.ts";
import { contentOf, listOf } from "./testing/lists.ts";

type Fingerprint = readonly [high: number, low: number];

/** So few that many fingerprints have a half in common, which those of keys hardly ever have. */
const halves = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const everyFingerprint = halves.flatMap((high) => halves.map((low): Fingerprint => [high, low]));
const someFingerprints = fc.subarray(everyFingerprint);

/** Pushes them as they come, and tells which were taken. */
function pushed(fingerprints: readonly Fingerprint[], size = fingerprints.length) {
  const writer = new FingerprintWriter(size);
  const taken = fingerprints.filter(([high, low]) => writer.push(high, low));
  return { taken, set: writer.finish() };
}

const setOf = (ascending: readonly Fingerprint[]): FingerprintSet => pushed(ascending).set;
const told = (fingerprints: readonly Fingerprint[]) => fingerprints.map(([high, low]) => `${high}:${low}`);

describe("a set of fingerprints", () => {
  it("has those that it was made of, and none that shares a half with one of them", () => {
    fc.assert(
      fc.property(someFingerprints, (members) => {
        const set = setOf(members);
        expect(set.size).toBe(members.length);
        expect(told(everyFingerprint.filter(([high, low]) => set.has(high, low)))).toEqual(told(members));
      }),
    );
  });

  it("takes each that comes after the last one, and no other", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...everyFingerprint)), (fingerprints) => {
        const places = fingerprints.map((fingerprint) => everyFingerprint.indexOf(fingerprint));
        const ascending = fingerprints.filter((_, at) => (places[at] ?? 0) > Math.max(-1, ...places.slice(0, at)));
        const { taken, set } = pushed(fingerprints, ascending.length);
        expect(told(taken)).toEqual(told(ascending));
        expect(contentOf(set)).toEqual(told(ascending));
      }),
    );
  });

  it("loses what a change removes, and then gets what it adds", () => {
    const { listKey } = listOf([]);
    fc.assert(
      fc.property(someFingerprints, someFingerprints, someFingerprints, (before, added, removed) => {
        const list = new KeyList({ version: 1, listKey }, setOf(before));
        const delta = { from: 1, version: 2, listKey, added: setOf(added), removed: setOf(removed) };
        const expected = everyFingerprint.filter(
          (each) => added.includes(each) || (before.includes(each) && !removed.includes(each)),
        );
        expect(contentOf(atOnce(applyListDelta(list, delta)).fingerprints)).toEqual(told(expected));
      }),
    );
  });
});
