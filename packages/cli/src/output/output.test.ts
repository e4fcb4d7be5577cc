import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { wantsColour } from "./colour.ts";
import { oneLine, printable, printableJson } from "./printable.ts";
import { table } from "./table.ts";

describe("colour", () => {
  it.each([
    { terminal: true, env: {}, wanted: true },
    { terminal: false, env: {}, wanted: false },
    { terminal: true, env: { NO_COLOR: "1" }, wanted: false },
    { terminal: true, env: { NO_COLOR: "" }, wanted: true },
    { terminal: true, env: { TERM: "dumb" }, wanted: false },
    { terminal: false, env: { FORCE_COLOR: "1" }, wanted: true },
    { terminal: true, env: { FORCE_COLOR: "0" }, wanted: false },
    { terminal: false, env: { FORCE_COLOR: "1", NO_COLOR: "1" }, wanted: false },
    { terminal: false, env: { CI: "true" }, wanted: false },
  ])("on a terminal ($terminal) with $env is wanted: $wanted", ({ terminal, env, wanted }) => {
    expect(wantsColour(terminal, env)).toBe(wanted);
  });
});

describe("what people wrote", () => {
  it.each([
    ["\u001b[2Jgone", "\\u001b[2Jgone"],
    ["two\nlines", "two\\u000alines"],
    ["\u009b31m", "\\u009b31m"],
    ["abc\u202ecba", "abc\\u202ecba"],
    ["zero\u200bwidth", "zero\\u200bwidth"],
    ["naïve 日本語 🎉", "naïve 日本語 🎉"],
  ])("is shown without power over the terminal: %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("stays JSON, with the same meaning, in a document", () => {
    const document = { text: "\u001b[2J\u009b\u202e\n", list: [1] };
    const shown = printableJson(document);
    expect(JSON.parse(shown)).toEqual(document);
    for (const character of ["\u001b", "\u009b", "\u202e"]) expect(shown).not.toContain(character);
  });

  it("fits on one line as a value", () => {
    expect(oneLine({ a: "x\ny" })).toBe('{"a":"x\\ny"}');
  });
});

describe("a table", () => {
  it("aligns its columns, whatever their colour, and ends no line in spaces", () => {
    const { red } = picocolors.createColors(true);
    expect(
      table([
        ["A", "LONG", "C"],
        [red("aaa"), "b", ""],
      ]),
    ).toBe(`A    LONG  C\n${red("aaa")}  b`);
  });
});
