import { describe, expect, it } from "vitest";
import { patternsIn } from "./patterns.ts";

const matches = (...values: unknown[]) => ({ attribute: "email", op: "matches", values });

describe("the patterns of a document", () => {
  it("are found wherever a condition may stand, with their paths", () => {
    const when = { all: [matches("a"), { any: [{ not: matches("b", "c") }] }, { segment: "s" }] };
    const found = patternsIn({ rules: [{ when: { all: [] } }, { when: { ...matches("d"), ignoreCase: true } }], when });
    expect(found).toEqual([
      { path: "when.all[0].values[0]", pattern: "a", ignoreCase: false },
      { path: "when.all[1].any[0].not.values[0]", pattern: "b", ignoreCase: false },
      { path: "when.all[1].any[0].not.values[1]", pattern: "c", ignoreCase: false },
      { path: "rules[1].when.values[0]", pattern: "d", ignoreCase: true },
    ]);
  });

  it.each<[string, (part: unknown) => unknown]>([
    ["all", (part) => ({ all: [part] })],
    ["any", (part) => ({ any: [part] })],
    ["not", (part) => ({ not: part })],
  ])(
    "are found as deep as a condition may lie that can be read, and no nesting is too deep to look: %s",
    (_kind, around) => {
      const foundAt = (depth: number) => {
        let when: unknown = matches("a");
        for (let at = 0; at < depth; at++) when = around(when);
        return patternsIn({ when }).length;
      };
      expect([255, 100_000].map(foundAt)).toEqual([1, 0]);
    },
  );

  it.each([
    null,
    "a",
    [],
    {},
    { rules: 1 },
    { rules: [null, { when: 3 }] },
    { when: { ...matches("a"), op: "in" } },
    { when: matches(1, null) },
    { when: { op: "matches", values: "a" } },
  ])("are none in %j", (source) => {
    expect(patternsIn(source)).toEqual([]);
  });
});
