import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { murmur3 } from "../hash.ts";
import type { Ruleset } from "../model.ts";
import { applyDelta } from "./apply.ts";
import { checksumAfter, checksumOf, entityChecksum } from "./checksum.ts";
import { diffRulesets } from "./diff.ts";

type Entities = ReadonlyMap<string, unknown>;

function rulesetOf(revision: number, flags: Entities, segments: Entities = new Map()): Ruleset {
  return { epoch: "e1", revision, project: "default", environment: "production", flags, segments };
}

/** What a delta has been through when it arrives. */
function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

const keys = fc.constantFrom("checkout", "beta", "__proto__", "constructor", "toString", "");
const documents = fc.oneof(
  fc.record({ version: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 2 }) }),
  fc.constantFrom<unknown>({}, "text", 7, [1, { a: [] }], { version: "1" }, { version: -1 }, false),
);
const entities = fc.array(fc.tuple(keys, documents), { maxLength: 6 }).map((entries) => new Map(entries));
const states = fc.tuple(entities, entities);

describe("diffRulesets and applyDelta", () => {
  it("turn any state into any other, over the wire, checksum included, and leave both as they were (I2, P1)", () => {
    fc.assert(
      fc.property(states, states, ([flagsBefore, segmentsBefore], [flagsAfter, segmentsAfter]) => {
        const before = rulesetOf(3, flagsBefore, segmentsBefore);
        const after = rulesetOf(9, flagsAfter, segmentsAfter);
        const kept = structuredClone([before, after]);
        const applied = applyDelta(before, overTheWire(diffRulesets(before, after)));
        expect(applied).toEqual(after);
        expect(checksumOf(applied)).toBe(checksumOf(after));
        expect(checksumAfter(checksumOf(before), before, diffRulesets(before, after))).toBe(checksumOf(after));
        expect([before, after]).toEqual(kept);
      }),
      { numRuns: 500 },
    );
  });

  it("say nothing of what is the same, whatever the order of its members", () => {
    const before = rulesetOf(1, new Map([["a", { version: 1, off: "off", seed: 2 }]]));
    const after = rulesetOf(2, new Map([["a", { seed: 2, off: "off", version: 1 }]]));
    expect(diffRulesets(before, after)).toEqual({ from: 1, to: 2, flags: {}, segments: {} });
  });

  it("carry a document that differs under the same version, and one whose version alone differs", () => {
    const before = rulesetOf(
      1,
      new Map([
        ["a", { version: 1, seed: 2 }],
        ["b", { version: 1 }],
        ["c", { version: 1 }],
      ]),
    );
    const after = rulesetOf(
      2,
      new Map([
        ["a", { version: 1, seed: 3 }],
        ["b", { version: 2 }],
        ["c", { version: 1 }],
      ]),
    );
    expect(diffRulesets(before, after).flags).toEqual({ a: { version: 1, seed: 3 }, b: { version: 2 } });
  });

  it("remove what is gone, and take a null document for gone", () => {
    const before = rulesetOf(
      1,
      new Map<string, unknown>([
        ["gone", { version: 1 }],
        ["never", null],
      ]),
    );
    const after = rulesetOf(2, new Map<string, unknown>([["poisoned", null]]));
    expect(diffRulesets(before, after).flags).toEqual({ gone: null });
  });

  it("keep a key like __proto__ an ordinary one", () => {
    const before = rulesetOf(1, new Map());
    const after = rulesetOf(2, new Map([["__proto__", { version: 2, enabled: true }]]));
    const delta = overTheWire(diffRulesets(before, after));
    expect(Object.keys(delta.flags)).toEqual(["__proto__"]);
    expect(applyDelta(before, delta).flags.get("__proto__")).toEqual({ version: 2, enabled: true });
    expect(Object.getPrototypeOf(delta.flags)).toBe(Object.prototype);
  });

  it("survive documents nested deeper than any stack", () => {
    const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const before = rulesetOf(1, new Map([["a", nested(100_000)]]));
    const after = rulesetOf(2, new Map([["a", nested(100_001)]]));
    expect(Object.keys(diffRulesets(before, after).flags)).toEqual(["a"]);
  });
});

describe("checksumOf", () => {
  it("is 0 for an empty ruleset", () => {
    expect(checksumOf(rulesetOf(5, new Map()))).toBe(0);
  });

  it("sums murmur3(kind:key@version) over flags and segments, modulo 2^32 (P1)", () => {
    const flags = new Map([
      ["new-checkout", { version: 42 }],
      ["straße", { version: 7 }],
    ]);
    const segments = new Map([["staff", { version: 7 }]]);
    const sum = murmur3("flag:new-checkout@42", 0) + murmur3("flag:straße@7", 0) + murmur3("segment:staff@7", 0);
    expect(checksumOf(rulesetOf(42, flags, segments))).toBe(sum % 2 ** 32);
    expect(sum).toBeGreaterThan(2 ** 32);
  });

  it("stays what it has been from the first version on", () => {
    expect(entityChecksum("flag", "new-checkout", 42)).toBe(94_271_011);
    expect(entityChecksum("segment", "staff", 7)).toBe(2_291_713_416);
  });

  it.each<[string, unknown]>([
    ["no object", "text"],
    ["a list", [1]],
    ["without a version", {}],
    ["of a version that is text", { version: "3" }],
    ["of a negative version", { version: -3 }],
    ["of a fractional version", { version: 1.5 }],
    ["of a version that a prototype lends it", Object.create({ version: 3 })],
  ])("counts a document that is %s as version 0", (_, document) => {
    expect(checksumOf(rulesetOf(1, new Map([["a", document]])))).toBe(entityChecksum("flag", "a", 0));
  });

  it("takes a null document for none, as a delta does", () => {
    expect(checksumOf(rulesetOf(1, new Map([["poisoned", null]])))).toBe(0);
  });

  it("tells a flag from a segment, a version from the next, and a lost entity from none", () => {
    const document = { version: 1 };
    const sums = [
      checksumOf(rulesetOf(1, new Map([["a", document]]))),
      checksumOf(rulesetOf(1, new Map(), new Map([["a", document]]))),
      checksumOf(rulesetOf(1, new Map([["a", { version: 2 }]]))),
      checksumOf(rulesetOf(1, new Map())),
    ];
    expect(new Set(sums).size).toBe(sums.length);
  });
});
