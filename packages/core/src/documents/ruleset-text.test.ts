import {
  aFlag,
  anyContext,
  anyDistortion,
  anyRuleset,
  aRuleset,
  aSegment,
  distorted,
  flagKeys,
} from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "../compile/ruleset.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { Ruleset, RulesetDocument } from "../model.ts";
import { applyDelta } from "../patch/apply.ts";
import { checksumAfter, checksumOf } from "../patch/checksum.ts";
import { diffRulesets } from "../patch/diff.ts";
import { RulesetError, readRuleset, toDocument } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { readLines, readRulesetText, rulesetText } from "./ruleset-text.ts";

const textOf = (document: RulesetDocument) => rulesetText(readRuleset(document));
const parsed = (text: string): Ruleset => readRuleset(JSON.parse(text));

/** As a server writes it: JSON, each document with its version first. Some of the documents are distorted. */
const anyWritten = fc
  .tuple(anyRuleset, fc.array(anyDistortion, { maxLength: 3 }))
  .map(([ruleset, distortions]) => attempt(() => JSON.stringify(distorted(ruleset, distortions))))
  .filter(isText)
  .map((text): RulesetDocument => {
    const { flags, segments } = Object(JSON.parse(text));
    return { ...aRuleset({}), flags: written(flags), segments: written(segments) };
  });

const written = (documents: unknown) =>
  Object.fromEntries(
    Object.entries(Object(documents)).map(([key, document], version) => [
      key,
      Object.assign({ version }, document, { version }),
    ]),
  );

describe("a ruleset's text", () => {
  it("has a line for each document", () => {
    const document = aRuleset({ flags: { a: aFlag(), "b\n": aFlag() }, segments: { s: aSegment() } });
    const lines = textOf(document).split("\n");
    expect(lines.map((line) => line.slice(0, 4))).toEqual(['{"ep', '"a":', '"b\\n', '},"s', '"s":', "}}"]);
    expect(textOf(aRuleset({})).split("\n").at(-1)).toBe("}}");
  });

  it("has every other document where one is too deep to be written, and the checksum of all", () => {
    const deep = JSON.parse(`${'{"not":'.repeat(30_000)}{}${"}".repeat(30_000)}`);
    const rules = [{ id: "r", when: deep, serve: { variant: "on" } }];
    const ruleset = readRuleset(aRuleset({ flags: { a: aFlag({ version: 3 }), deep: aFlag({ version: 7, rules }) } }));
    const read = readRulesetText(rulesetText(ruleset));
    expect(checksumOf(read)).toBe(checksumOf(ruleset));
    const compiled = compileRuleset(read);
    expect(evaluate(compiled, "a", {}, false, 0)).toMatchObject({ value: true });
    expect(evaluate(compiled, "deep", {}, false, 0)).toMatchObject({ errorCode: "PARSE_ERROR" });
  });

  it("is JSON that says the same, and is read as JSON is", () => {
    fc.assert(
      fc.property(anyWritten, (document) => {
        const text = textOf(document);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)));
        expect(toDocument(readRulesetText(text))).toEqual(toDocument(parsed(text)));
      }),
      { numRuns: runs(200) },
    );
  });

  it("answers as what is parsed does, before and after a change, and changes alike", () => {
    fc.assert(
      fc.property(anyWritten, anyWritten, anyContext, (first, second, context) => {
        const [now, then] = [
          { ...first, revision: 1 },
          { ...second, revision: 2 },
        ].map(textOf) as [string, string];
        const read = readRulesetText(now);
        const delta = diffRulesets(parsed(now), parsed(then));
        expect(checksumOf(read)).toBe(checksumOf(parsed(now)));
        expect(checksumAfter(checksumOf(read), read, delta)).toBe(checksumOf(parsed(then)));
        const plain = compileRuleset(parsed(then), compileRuleset(parsed(now)));
        for (const after of [applyDelta(read, delta), readRulesetText(then)]) {
          const compiled = compileRuleset(after, compileRuleset(read));
          expect([...compiled.changed].sort()).toEqual([...plain.changed].sort());
          for (const key of flagKeys)
            expect(evaluate(compiled, key, context, false, 0)).toEqual(evaluate(plain, key, context, false, 0));
          expect(toDocument(after)).toEqual(toDocument(parsed(then)));
        }
        expect(toDocument(read)).toEqual(toDocument(parsed(now)));
      }),
      { numRuns: runs(200) },
    );
  });

  it("is written again as it was, looked into or not", () => {
    fc.assert(
      fc.property(anyWritten, fc.array(fc.constantFrom(...flagKeys)), (document, asked) => {
        const text = textOf(document);
        const ruleset = readRulesetText(text);
        for (const key of asked) ruleset.flags.get(key);
        expect(rulesetText(ruleset)).toBe(text);
      }),
      { numRuns: runs(100) },
    );
  });

  it("gives a document as one object, however often it is looked into, also after a change of another", () => {
    const read = readRulesetText(textOf(aRuleset({ flags: { a: aFlag(), b: aFlag() } })));
    const after = applyDelta(read, { from: 1, to: 2, flags: { b: null }, segments: {} });
    expect(read.flags.get("a")).toBe(read.flags.get("a"));
    expect(after.flags.get("a")).toBe(read.flags.get("a"));
    const seen: unknown[] = [];
    read.flags.forEach((document) => {
      seen.push(document);
    });
    expect(seen).toEqual([...read.flags.values()]);
    expect(seen[0]).toBe(read.flags.get("a"));
  });

  it("holds once what flags have alike, and nothing that only looks alike", () => {
    const noted = [
      { key: "on", value: true, description: "Shown" },
      { key: "off", value: false },
    ];
    const turned = [
      { key: "on", value: false },
      { key: "off", value: true },
    ];
    const flags = {
      a: aFlag(),
      b: aFlag(),
      noted: { ...aFlag(), variants: noted },
      turned: { ...aFlag(), variants: turned },
      renamed: { ...aFlag(), variants: [{ key: "yes", value: true }, aFlag().variants[1]] },
      more: { ...aFlag(), variants: [...aFlag().variants, { key: "more", value: true }] },
      none: { ...aFlag(), variants: [null, null] },
      text: { ...aFlag(), variants: "on", targets: "" },
    };
    const read = readRulesetText(textOf(aRuleset({ flags })));
    const [a, b] = ["a", "b"].map((key) => Object(read.flags.get(key)));
    for (const part of ["variants", "prerequisites", "targets"]) expect(a[part]).toBe(b[part]);
    expect(toDocument(read).flags).toEqual(flags);
  });
});

describe("what nobody looks into", () => {
  const good = aFlag();
  /** Whoever looks into `broken` finds no JSON. */
  const brokenText = () =>
    textOf(aRuleset({ flags: { broken: aFlag(), good, other: aFlag() } })).replace(
      /"broken":.*,/,
      '"broken":{"version":3,},',
    );

  it("is not parsed by a checksum, a delta, a comparison or another flag's answer", () => {
    const read = readRulesetText(brokenText());
    expect(checksumOf(read)).toBeGreaterThan(0);
    const next = applyDelta(read, { from: 1, to: 2, flags: { other: { ...good, version: 2 } }, segments: {} });
    const compiled = compileRuleset(next, compileRuleset(read));
    expect([...compiled.changed]).toEqual(["other"]);
    expect(compiled.flag("good")?.decide({}, 0).variant).toBe("on");
    expect(rulesetText(next)).toContain('"broken":{"version":3,},');
    expect([...(next.flags.mentioning?.("watches") ?? [])].map(([key]) => key)).toEqual(["good", "other"]);
  });

  it("is not parsed by a comparison with another reading, which tells what differs", () => {
    const [read, again] = [brokenText(), brokenText()].map(readRulesetText) as [Ruleset, Ruleset];
    const changed = readRulesetText(brokenText().replace('"broken":{"version":3,}', '"broken":{"version":3,,}'));
    expect([...compileRuleset(again, compileRuleset(read)).changed]).toEqual([]);
    for (const { flags } of [read, again])
      expect(flags.held?.get("broken")).toHaveProperty("unreadText", '{"version":3,}');
    expect([...compileRuleset(changed, compileRuleset(read)).changed]).toEqual(["broken"]);
  });

  it("is compared by what it says once somebody has looked through all", () => {
    const [read, changed] = [good, { ...good, enabled: false }].map((flag) =>
      readRulesetText(textOf(aRuleset({ flags: { flag, good } }))),
    ) as [Ruleset, Ruleset];
    for (const { flags } of [read, changed]) expect([...flags.values()]).toHaveLength(2);
    expect([...compileRuleset(changed, compileRuleset(read)).changed]).toEqual(["flag"]);
  });

  it("fails alone where it turns out to be no JSON", () => {
    const compiled = compileRuleset(readRulesetText(brokenText()));
    expect(evaluate(compiled, "broken", {}, false, 0)).toMatchObject({ value: false, errorCode: "PARSE_ERROR" });
    expect(evaluate(compiled, "good", {}, false, 0)).toMatchObject({ value: true });
    expect(rulesetText(compiled.ruleset)).toContain('"broken":"{\\"version\\":3,}"');
  });

  it.each<[string, "references" | "watches", object, boolean]>([
    ["watches", "watches", { watch: [] }, true],
    ["has the word deeper", "watches", { a: [{ watch: 1 }] }, true],
    ["has the word as a value", "watches", { a: "watch" }, true],
    ["has a word like it", "watches", { watches: [] }, false],
    ["refers to a flag", "references", { prerequisites: [{ flag: "g", variants: [] }] }, true],
    ["refers to a segment", "references", { when: { segment: "s" } }, true],
    ["refers to nothing", "references", { prerequisites: [], flags: 1 }, false],
  ])("is found by a topic where it %s", (_, topic, document, isFound) => {
    const source = aRuleset({ flags: { f: { version: 1, ...document } } });
    const { flags } = readRulesetText(textOf(source));
    const found = isFound ? [["f", source.flags.f]] : [];
    for (const time of [1, 2]) expect([time, ...(flags.mentioning?.(topic) ?? [])]).toEqual([time, ...found]);
    flags.get("f");
    expect([...(flags.mentioning?.(topic) ?? [])]).toEqual([["f", source.flags.f]]);
  });
});

describe("another text", () => {
  const document = aRuleset({ flags: { a: aFlag(), b: aFlag() }, segments: { s: aSegment() } });
  const wholeText = () => textOf(document);

  it.each<[string, (text: string) => string]>([
    ["on one line", () => JSON.stringify(document)],
    ["indented", () => JSON.stringify(document, undefined, 2)],
    ["with a letter written by its number", (text) => text.replace('"off"', '"o\\u0066f"')],
    ["with a space behind a key", (text) => text.replace('"a":', '"a": ')],
    ["with a document on two lines", (text) => text.replace('"enabled"', '\n"enabled"')],
    ["with another field first", (text) => text.replace('"a":{', '"a":{"type":"boolean",')],
    ["with a version that is no whole number", (text) => text.replace(/"a":\{"version":\d+/, '"a":{"version":1.5')],
    ["with a version that is text", (text) => text.replace(/"a":\{"version":\d+/, '"a":{"version":"1"')],
    [
      "with a version beyond what is exact",
      (text) => text.replace(/"a":\{"version":\d+/, '"a":{"version":12345678901234567890'),
    ],
    ["with what is no document", (text) => text.replace('"a":', '"z":null,\n"a":')],
    ["with a line break at its end", (text) => `${text}\n`],
    ["with more behind the segments", (text) => text.replace(/\}\}$/, '},"more":1}')],
    ["with a quote in a key", (text) => text.replace('"a":', '"a\\"b":')],
  ])("is read as JSON is: %s", (_, edit) => {
    const other = edit(wholeText());
    expect(toDocument(readRulesetText(other))).toEqual(toDocument(parsed(other)));
    expect(readLines(other)).toBeUndefined();
  });

  it.each<[string, (text: string) => string]>([
    ["cut", (text) => text.slice(0, -1)],
    ["cut in a document", (text) => text.slice(0, text.indexOf('"enabled"'))],
    ["cut behind a document", (text) => text.slice(0, text.indexOf('"b"'))],
    ["without a separator", (text) => text.replace(',\n"b"', '\n"b"')],
    ["without a version's number", (text) => text.replace(/"version":\d+/, '"version":')],
    ["with a separator too many", (text) => text.replace('\n},"seg', ',\n},"seg')],
    ["empty", () => ""],
    ["a page", () => "<html>\n</html>"],
  ])("is refused where JSON refuses it: %s", (_, edit) => {
    const other = edit(wholeText());
    expect(other).not.toBe(wholeText());
    expect(() => readRulesetText(other)).toThrow(SyntaxError);
  });

  it.each<[string, (text: string) => string]>([
    ["without an epoch", (text) => text.replace(/"epoch":"[^"]*",/, "")],
    ["without flags", (text) => text.replace('"flags":{', '"flagz":{')],
    ["without a revision", (text) => text.replace(/"revision":\d+/, '"revision":-1')],
  ])("is refused where it is no ruleset: %s", (_, edit) => {
    const other = edit(wholeText());
    expect(other).not.toBe(wholeText());
    expect(() => readRulesetText(other)).toThrow(RulesetError);
  });

  it("is not cut where letters are written by their numbers, and a name might not show", () => {
    const text = wholeText();
    expect(readLines(text)).toBeDefined();
    expect(readLines(text.replace('"off"', '"o\\u0066f"'))).toBeUndefined();
  });

  it.each([
    ["0", true],
    ["9", true],
    ["1029384756", true],
    ["999999999999999", true],
    ["1000000000000000", false],
    ["-1", false],
    ["1e3", false],
  ])("is cut where a version is %s: %s", (version, isCut) => {
    for (const flag of [`{"version":${version}}`, `{"version":${version},"type":"boolean"}`]) {
      const read = readLines(textOf(aRuleset({ flags: { a: { version: 1 } } })).replace('{"version":1}', flag));
      const held = read?.flags.held?.get("a");
      if (isCut) expect(held).toMatchObject({ version: Number(version), unreadText: flag });
      else expect(read).toBeUndefined();
    }
  });

  it("is read as JSON is where segments are named before, too", () => {
    const other = wholeText().replace(/^\{/, '{"segments":{},');
    expect(toDocument(readRulesetText(other))).toEqual(toDocument(parsed(other)));
  });

  it("is no ruleset of lines where it is a message", () => {
    const text = wholeText();
    expect(readLines(text.replace("{", '{"type":"delta",'))).toBeUndefined();
  });

  it("is read as JSON is, refused, or has documents that fail alone, after any one change", () => {
    const text = wholeText();
    const pieces = fc.constantFrom("", "\n", '"', ",", "}", "{", "\\", "0", ":", " ", '},\n"c":{"version":1', ",\n");
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(1), pieces, (at, gone, put) => {
        const edited = text.slice(0, at) + put + text.slice(at + gone);
        const plain = attempt(() => toDocument(parsed(edited)));
        const read = attempt(() => toDocument(readRulesetText(edited)));
        const failAlone = Object.values({ ...read?.flags, ...read?.segments }).some(isText);
        if (!failAlone) expect(read).toEqual(plain);
      }),
      { numRuns: runs(5_000) },
    );
  });
});

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
