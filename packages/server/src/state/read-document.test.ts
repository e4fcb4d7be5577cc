import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ItemKind, itemKinds } from "./documents.ts";
import { readDocument } from "./read-document.ts";
import { sample } from "./sample-documents.ts";

const rollout = { weights: { on: 5000 }, allocation: [[5000, "on"]], bucketBy: "id", seed: 3 };
const conditions = [
  { all: [{ attribute: "plan", op: "in", values: ["pro"] }] },
  { any: [] },
  { not: { segment: "staff" } },
  { flag: "other", variants: ["on"] },
  { attribute: "plan", op: "exists" },
];

function targeting(change: object): unknown {
  return { ...sample.targeting("a").after, ...change };
}

function rule(change: object): unknown {
  return targeting({ rules: [{ id: "r", when: { all: [] }, serve: { variant: "on" }, ...change }] });
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe("readDocument", () => {
  it.each([
    ["environment", sample.environment("production").after],
    ["flag", sample.flag("a", { archivedAt: 3, variants: [{ key: "null", value: null, description: "" }] }).after],
    ["targeting", targeting({ fallthrough: { rollout } })],
    ["targeting", rule({ serve: { rollout: { weights: {}, allocation: [[9, null]] } }, name: "Rule" })],
    ...conditions.map((when) => ["targeting", rule({ when })] as const),
    ["segment", sample.segment("s", { by: "id", when: { any: [] } }).after],
    ["key", sample.key("k", { revokedAt: 2 }).after],
    ["project", sample.project("default").after],
    ["token", { id: "t", name: "", role: "admin", createdAt: 1, expiresAt: 2 }],
  ] as const)("reads a %s and changes nothing of it", (kind, document) => {
    expect(readDocument(kind, document)).toEqual({ ok: true, document });
  });

  it("keeps fields that it does not know, for the version that does", () => {
    const document = rule({ since: "a newer version", when: { any: [], note: "x" } });
    expect(readDocument("targeting", document)).toEqual({ ok: true, document });
  });

  it.each([
    ["targeting", undefined, "it is no JSON"],
    ["flag", null, "expected object"],
    ["flag", [], "expected object"],
    ["flag", { ...sample.flag("a").after, seed: "7" }, "seed"],
    ["flag", { ...sample.flag("a").after, variants: [{ key: "on" }] }, "variants.0.value: a value is missing"],
    ["targeting", rule({ when: { segment: "a", variants: 1, segments: [] }, serve: {} }), "rules.0.serve"],
    ["targeting", rule({ when: { weather: "fine" } }), "rules.0.when: it is no condition"],
    ["targeting", rule({ when: { all: [null] } }), "rules.0.when"],
    ["targeting", rule({ when: null }), "rules.0.when"],
    ["targeting", targeting({ fallthrough: { rollout: { weights: { on: "5" }, allocation: [] } } }), "fallthrough"],
    ["targeting", targeting({ fallthrough: { rollout: { weights: {}, allocation: [[1.5, "on"]] } } }), "fallthrough"],
    ["targeting", targeting({ targets: [{ variant: "on", keys: [1] }] }), "targets.0.keys.0"],
    ["segment", { ...sample.segment("s").after, when: { not: { all: 1 } } }, "when"],
    ["token", { id: "t", name: "", role: "king", createdAt: 1 }, "role"],
  ] as const)("says of a broken %s where it is broken", (kind, document, reason) => {
    const read = readDocument(kind, document);
    expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it.each([300, 100_000])("refuses what is nested %i deep instead of overflowing", (depth) => {
    let deep: unknown = 1;
    for (let level = 0; level < depth; level += 1) deep = [deep];
    const flag = { ...sample.flag("a").after, variants: [{ key: "on", value: deep }] };
    expect(readDocument("flag", flag)).toMatchObject({ ok: false, reason: expect.stringContaining("deep") });
  });

  it("reads values as deep as may be written", () => {
    const flag = { ...sample.flag("a").after, variants: [{ key: "on", value: nested(64) }] };
    expect(readDocument("flag", flag).ok).toBe(true);
  });

  it("never throws, whatever JSON it is given", () => {
    const anyKind: fc.Arbitrary<ItemKind> = fc.constantFrom(...itemKinds);
    fc.assert(
      fc.property(anyKind, fc.jsonValue(), (kind, value) => {
        expect(typeof readDocument(kind, value).ok).toBe("boolean");
      }),
    );
  });
});
