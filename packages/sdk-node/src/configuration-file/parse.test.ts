import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "./json.ts";
import { type Parsed, placeOf, positionAt } from "./place.ts";
import { parseYaml } from "./yaml.ts";

const problemsOf = (text: string, parsed: Parsed) =>
  parsed.ok ? [] : parsed.errors.map(({ offset, message }) => ({ ...positionAt(text, offset), message }));

describe("JSON", () => {
  it.each([
    ['{"a": 1,\n "b" 2}', 2, 6, "Found 2 where a colon has to be."],
    ['{"a": 1\n "b": 2}', 2, 2, 'Found "b" where a comma or } has to be.'],
    ['{"a": [1, 2\n}', 2, 1, "Found } where a comma or ] has to be."],
    ['{"a": 1,\n}', 2, 1, "Found } where a name in double quotes has to be."],
    ["{a: 1}", 1, 2, "Found a where a name in double quotes has to be."],
    ['{"a": yes}', 1, 7, "Found yes where a value has to be."],
    ['{"a": 01}', 1, 7, "Found 01 where a value has to be."],
    ['{"a": 1} // x', 1, 10, "Found / after the end of the document. Remove it."],
    ['{"a": 1', 1, 8, "Found the end of the file where a comma or } has to be."],
    ["", 1, 1, "Found the end of the file where a value has to be."],
    ['{"a": 1, "\\u0061": 2}', 1, 10, 'The name "\\u0061" is given twice in this object. Remove or rename one.'],
    ["[".repeat(100_000), 1, 302, "Lists and objects lie more than 300 deep in each other here. Make it flatter."],
  ])("is refused, and the place told: %.20s", (text, line, column, message) => {
    expect(problemsOf(text, parseJson(text))).toEqual([{ line, column, message }]);
  });

  it("is what JSON.parse takes, and nothing else", () => {
    const edits = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom("", ",", '"', "}", "]", "\\", "0", "-", "e", "\n", "\u0001")),
    );
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), edits, (json, changes) => {
        let text = json;
        for (const [at, by] of changes.slice(0, 3)) {
          const cut = at % (text.length + 1);
          text = text.slice(0, cut) + by + text.slice(cut + 1);
        }
        const parsed = parseJson(text);
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
        else if (!parsed.errors[0]?.message.includes("twice")) expect(() => JSON.parse(text)).toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("YAML", () => {
  it.each([
    ["a: 1\n b: 2", 1, 4, "Nested mappings are not allowed in compact mappings."],
    ["a: [1, 2", 1, 9, "Flow sequence in block collection must be sufficiently indented and end with a ]."],
    ["a: 1\nb: 2\na: 3", 3, 1, "This key is given twice in this map. Remove or rename one."],
    ["a:\n  - b: 1\n    'b': 2", 3, 5, "This key is given twice in this map. Remove or rename one."],
    ["{a: &x {}, c: {d: *x, d: *x}}", 1, 23, "This key is given twice in this map. Remove or rename one."],
    ["a:\n\tb: 1", 2, 1, "A tab indents this line, which YAML does not allow. Use spaces."],
    ["a: 1\n? [b]\n: 2", 2, 3, "A key has to be plain text. Write it as one."],
    ["a: !!binary aGk=", 1, 4, "Tags have no meaning here. Remove it."],
    ["a: *b", 1, 4, "No anchor &b ends before this alias. Set it before, and outside of what it names."],
    ["a: &b [*b]", 1, 8, "No anchor &b ends before this alias. Set it before, and outside of what it names."],
    [
      "a: 1\n---\nb: 2",
      2,
      1,
      "A second document begins here. Keep one in this file, and the other in a file of its own.",
    ],
    ["[".repeat(100_000), 1, 302, "Lists and objects lie more than 300 deep in each other here. Make it flatter."],
    ["- ".repeat(20_000), 1, 603, "Lists and objects lie more than 300 deep in each other here. Make it flatter."],
  ])("is refused, and the place told: %.20s", (text, line, column, message) => {
    expect(problemsOf(text, parseYaml(text))[0]).toEqual({ line, column, message });
  });

  it("tells of every key that is given twice", () => {
    const places = problemsOf("a: {b: 1, b: 2}\nc: 1\nc: 2", parseYaml("a: {b: 1, b: 2}\nc: 1\nc: 2"));
    expect(places.map(({ line, column }) => `${line}:${column}`)).toEqual(["1:11", "3:1"]);
  });

  it("that is a bomb of aliases is refused in no time", () => {
    const levels = [..."abcdefghi"];
    const bomb = levels.map((name, at) => {
      const part = at === 0 ? "x" : `*${levels[at - 1]}`;
      return `${name}: &${name} [${Array(10).fill(part).join(", ")}]`;
    });
    const text = bomb.join("\n");
    expect(problemsOf(text, parseYaml(text))).toEqual([
      {
        line: 6,
        column: expect.any(Number),
        message: expect.stringContaining("Aliases repeat more than 1000000 values"),
      },
    ]);
  });

  it("keeps on, off, yes and dates as text, takes anchors, and keys such as __proto__", () => {
    const text = "on: &x {off: no}\nyes: 2026-01-01\n__proto__: *x\n1: .5\nnone:\n<<: 1\n";
    const parsed = parseYaml(text);
    expect(parsed.ok && Object.entries(Object(parsed.value))).toEqual([
      ["1", 0.5],
      ["on", { off: "no" }],
      ["yes", "2026-01-01"],
      ["__proto__", { off: "no" }],
      ["none", null],
      ["<<", 1],
    ]);
  });

  it("holds JSON, and reads the same in it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseYaml(JSON.stringify({ value }, null, 2));
        // YAML has no negative zero that JSON would write.
        expect(parsed.ok && JSON.stringify(parsed.value)).toBe(JSON.stringify({ value }));
      }),
    );
  });

  it("is read or refused, whatever it is", () => {
    const text = fc.array(
      fc.constantFrom(
        "a",
        ": ",
        "\n",
        "  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "? ",
        "| ",
        '"',
        "#",
        "---\n",
        "\t",
        "!x ",
      ),
    );
    fc.assert(
      fc.property(text, (parts) => void parseYaml(parts.join(""))),
      { numRuns: 1_000 },
    );
  });
});

describe("a path leads to", () => {
  const text = `flags:
  a.b:
    off: "off"
    variants:
      - {key: x.y, value: 1}
    rules:
      - serve:
          rollout:
            weights:
              x: 1
              x.y: 2
`;
  const parsed = parseYaml(text);
  it.each([
    ["", "2:3"],
    ["off", "3:10"],
    ["enabled", "2:3"],
    ["variants[0]", "5:9"],
    ["variants[0].value", "5:27"],
    ["variants[7].value", "4:5"],
    ["rules[0].serve.rollout.weights", "9:13"],
    ["rules[0].serve.rollout.weights.x", "10:18"],
    ["rules[0].serve.rollout.weights.x.y", "11:20"],
  ])("%s: %s", (path, where) => {
    if (!parsed.ok) throw new Error("It is good YAML.");
    const { line, column } = positionAt(text, placeOf(parsed.place, ["flags", "a.b"], path).offset);
    expect(`${line}:${column}`).toBe(where);
  });
});
