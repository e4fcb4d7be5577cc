import { describe, expect, it } from "vitest";
import { waysOf, withoutCounts } from "./shape.ts";

describe("a pattern without its counts", () => {
  it.each([
    ["a{2}", "a+"],
    ["a{0,9}?b{3,}", "a*b+"],
    ["(?:ab){2,3}c?d*e+", "(?:ab)+c?d*e+"],
    ["a{0,1}b{1}c{2}", "a{0,1}b{1}c+"],
    ["^a{2}$", "^a+"],
    [String.raw`\p{L}{2}\{3}[{4}$]x{5}`, String.raw`\p{L}+\{3}[{4}$]x+`],
    ["(?<a2>x{2})", "(?<a2>x+)"],
  ])("%s is judged as %s and more behind it", (pattern, judged) => {
    expect(withoutCounts(pattern)).toBe(`(?:${judged})[0\\u{10FFFF}]`);
  });

  it.each(["a+b*c?", "^abc$", "[{2}]", String.raw`\p{Lu}`, "a{0,1}", ""])("%s has none", (pattern) => {
    expect(withoutCounts(pattern)).toBeUndefined();
  });
});

describe("the ways in which choices can be combined", () => {
  it.each([
    ["", 1, 1],
    ["abc", 1, 1],
    ["a*b+[cd]", 1, 1],
    ["a?", 2, 2],
    ["a|b|c", 3, 3],
    ["a?b?c?", 8, 8],
    ["(?:a|b)(?:c|d)|e", 5, 5],
    ["a{1,3}", 3, 1],
    ["a{4}", 1, 1],
    ["(?:a|b){3}", 8, 2],
    ["(?:a{1,2}){1,2}", 6, 1],
    ["(?:a|b)*", 2, 2],
    // What may be empty is counted, since a loop stops at an empty round and so tells fewer apart.
    ["(?:a?){10}", 1_024, 1_024],
    ["(?:a*){3}", 1, 1],
    ["(?:^|b){2}", 4, 4],
    [String.raw`(?:\b){2,5}`, 4, 4],
    ["((a{1,9}){1,9}){1,9}", expect.any(Number), 1],
    [String.raw`\(|\)`, 2, 2],
    ["[(|?]", 1, 1],
  ])("of %s are %s, or %s without its counts", (pattern, exact, without) => {
    expect(waysOf(pattern)).toEqual({ exact, withoutCounts: without });
  });

  it("are never a number that is none, however nested", () => {
    const nested = `${"(".repeat(60)}a?${"){0,9}".repeat(60)}`;
    expect(waysOf(nested).exact).toBe(Number.POSITIVE_INFINITY);
  });
});
