import { describe, expect, it } from "vitest";
import { whyUnreadable } from "./readable.ts";

describe("a pattern that not every engine takes", () => {
  it.each([
    ["(?=a)b", /has a look-ahead/],
    ["a(?!b)", /has a look-ahead/],
    ["(?<=a)b", /has a look-behind/],
    ["(?<!a)b", /has a look-behind/],
    [String.raw`(a)\1`, /has a back-reference/],
    [String.raw`(?<x>a)\k<x>`, /has a back-reference/],
    ["(?P<x>a)", /\(\?<name>…\)/],
    ["(?i)a", /set ignoreCase/],
    ["(?i:a)", /set ignoreCase/],
    ["(?i-s:a)", /set ignoreCase/],
    ["(a", /^JavaScript does not take the pattern: Unterminated group\./],
    ["a++", /^JavaScript does not take the pattern: Nothing to repeat\./],
    [String.raw`\-`, /^JavaScript does not take the pattern: Invalid escape\./],
    ["[[:alpha:]]", /^JavaScript/],
    [String.raw`\p{Greek}`, /^JavaScript/],
    [String.raw`\u0041`, /^RE2 does not take the pattern: invalid escape sequence: `\\u`\./],
    ["a{1001}", /^RE2 does not take the pattern: invalid repeat count/],
    ["[^]", /^RE2/],
  ])("%s is refused with what it has", (pattern, message) => {
    expect(whyUnreadable(pattern, false)).toMatch(message);
    expect(whyUnreadable(pattern, true)).toMatch(message);
  });

  it.each([
    String.raw`\(?=a`,
    "[(?=)]",
    "(?:a)(?<name>b)",
    String.raw`[\\1]`,
    String.raw`\\1`,
    String.raw`\p{Lu}\d\/[\-a]`,
  ])("%s is not one", (pattern) => {
    expect(whyUnreadable(pattern, false)).toBeUndefined();
  });
});
