import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { declarationsOf } from "./declarations.ts";

const flag = (key: string, description = "", type: "boolean" | "string" | "number" | "json" = "boolean") => ({
  key,
  type,
  description,
});

/** What stands between the braces, without its indentation. */
const membersOf = (...flags: readonly ReturnType<typeof flag>[]): string[] =>
  declarationsOf(flags, "the project shop")
    .split("\n")
    .filter((line) => line.startsWith("    "))
    .map((line) => line.slice(4));

describe("declarations", () => {
  it("are one global interface, and say of which project", () => {
    expect(declarationsOf([flag("beta")], "the project shop")).toBe(
      [
        "// Written by `bannerol generate types` from the project shop. Write it again rather than edit it.",
        "export {};",
        "",
        "declare global {",
        "  interface BannerolFlags {",
        '    "beta": boolean;',
        "  }",
        "}",
      ].join("\n"),
    );
  });

  it.each([
    ["boolean", "boolean"],
    ["string", "string"],
    ["number", "number"],
    ["json", "unknown"],
  ] as const)("give a %s flag the type %s", (type, declared) => {
    expect(membersOf(flag("a", "", type))).toEqual([`"a": ${declared};`]);
  });

  it("come in the order of keys, whatever the order of flags and the reader's language", () => {
    const keys = ["b", "a.b", "a-b", "7", "a_b", "a", "10"];
    const lines = ['"10"', '"7"', '"a"', '"a-b"', '"a.b"', '"a_b"', '"b"'].map((key) => `${key}: boolean;`);
    expect(membersOf(...keys.map((key) => flag(key)))).toEqual(lines);
    expect(membersOf(...[...keys].reverse().map((key) => flag(key)))).toEqual(lines);
  });

  it.each([
    ["a line", "One page", ["/** One page */"]],
    ["nothing", " \n ", []],
    ["several lines", "One page.\r\n\r\n  Not two. \n", ["/**", " * One page.", " *", " *   Not two.", " */"]],
    ["the end of a comment", "a */ b **/", ["/** a *\\/ b **\\/ */"]],
    ["what has no shape", "a\u202eb\u0000", ["/** a\\u202eb\\u0000 */"]],
  ])("tell a description of %s", (_, description, lines) => {
    expect(membersOf(flag("a", description))).toEqual([...lines, '"a": boolean;']);
  });

  it("hold nothing but flags, whatever people wrote of them", () => {
    const text = fc.string({ unit: fc.constantFrom("*", "/", "\\", "\n", "\r", "\u2028", "`", '"', "{", "}", "x") });
    fc.assert(
      fc.property(text, text, (first, second) => {
        const written = declarationsOf([flag("b", second, "json"), flag("a", first)], "the project shop");
        const { statements } = ts.createSourceFile("flags.d.ts", written, ts.ScriptTarget.ES2022);
        const kinds = statements.map(({ kind }) => ts.SyntaxKind[kind]);
        const names: string[] = [];
        const walk = (node: ts.Node): void => {
          if (ts.isPropertySignature(node) && ts.isStringLiteral(node.name)) names.push(node.name.text);
          ts.forEachChild(node, walk);
        };
        statements.forEach(walk);
        expect([kinds, names]).toEqual([
          ["ExportDeclaration", "ModuleDeclaration"],
          ["a", "b"],
        ]);
      }),
    );
  });
});
