/** Which numbers of a page, as `F7` or `A7`, the names of tests speak of. */
import ts from "typescript";
import { filesBelow, parse } from "./source-files.ts";

/** Of each number with that letter, the files with tests that carry it. */
export function testsByNumber(letter: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const files = ["packages", "test"].flatMap((folder) => filesBelow(folder, (path) => path.endsWith(".test.ts")));
  for (const file of files) {
    for (const number of numbersNamedIn(file, letter)) found.set(number, (found.get(number) ?? new Set()).add(file));
  }
  return found;
}

function numbersNamedIn(file: string, letter: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pattern = new RegExp(`\\b${letter}[1-9][0-9]?(?=[:,)])`, "g");
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    for (const [number] of isText ? node.text.matchAll(pattern) : []) found.add(number);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}
