import { murmur3 } from "@bannerol/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { murmur3 as small } from "./hash.ts";

it("hashes as core does, lone surrogates included", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(texts, fc.nat(0xffff_ffff), (text, seed) => {
      expect(small(text, seed)).toBe(murmur3(text, seed));
    }),
    { numRuns: 2_000 },
  );
});
