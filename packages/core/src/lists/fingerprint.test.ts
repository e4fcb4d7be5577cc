import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { fingerprintOf, listKeyOf } from "./fingerprint.ts";
import { sipHigh, sipLow } from "./sip-hash.ts";
import { sipOracle } from "./testing/sip-oracle.ts";

const counting = Uint8Array.from({ length: 16 }, (_, at) => at);
const utf8 = new TextEncoder();

function fingerprint(text: string, secret: Uint8Array): bigint {
  const state = fingerprintOf(text, listKeyOf(secret));
  return (BigInt(sipHigh(state)) << 32n) | BigInt(sipLow(state));
}

const oracle = (text: string, secret: Uint8Array) => sipOracle(utf8.encode(text), secret, { c: 1, d: 3 });

const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** Any sequence of UTF-16 units, surrogates that stand alone or in the wrong order among them. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.constant(0x61)), {
    maxLength: 40,
  })
  .map((units) => String.fromCharCode(...units));

describe("the oracle", () => {
  it("gives SipHash-2-4's vector from the paper's appendix", () => {
    const message = Uint8Array.from({ length: 15 }, (_, at) => at);
    expect(sipOracle(message, counting, { c: 2, d: 4 })).toBe(0xa129ca6149be45e5n);
  });
});

describe("fingerprintOf", () => {
  it("gives what other implementations of SipHash-1-3 give", () => {
    expect(fingerprint("", counting)).toBe(0xabac0158050fc4dcn);
    // CPython 3.11, whose secret is zero where PYTHONHASHSEED=0.
    expect(fingerprint("abc", new Uint8Array(16))).toBe(0xc03bc3a0042630f2n);
  });

  it("agrees with SipHash-1-3 over the UTF-8 bytes of any text", () => {
    const texts = fc.oneof(anyUnits, fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 60 }));
    fc.assert(
      fc.property(texts, secrets, (text, secret) => {
        expect(fingerprint(text, secret)).toBe(oracle(text, secret));
      }),
      { numRuns: runs(2_000) },
    );
  });

  it.each([
    ["ASCII", "a"],
    ["two bytes a character", "é"],
    ["three bytes a character", "語"],
    ["four bytes a character", "😀"],
    ["lone surrogates", "\ud800"],
  ])("agrees at every length up to a word's end and beyond what the scratch holds: %s", (_what, unit) => {
    for (const length of [
      ...Array(34).keys(),
      255,
      256,
      257,
      338,
      339,
      340,
      341,
      342,
      343,
      344,
      1_014,
      1_015,
      1_016,
      1_017,
      1_027,
      5_001,
    ]) {
      const text = unit.repeat(length);
      expect(fingerprint(text, counting), `${length}`).toBe(oracle(text, counting));
    }
  });

  it("remembers nothing of the key before", () => {
    const alone = fingerprint("u1", counting);
    for (const before of ["x".repeat(31), "é".repeat(9), ""]) {
      fingerprint(before, counting);
      expect(fingerprint("u1", counting)).toBe(alone);
    }
  });

  it.each([0, 15, 17])("refuses a secret of %i bytes", (length) => {
    expect(() => listKeyOf(new Uint8Array(length))).toThrow("A list's secret has 16 bytes");
  });
});
