/** Which faults the names of tests speak of. */
import ts from "typescript";
import { filesBelow, parse } from "./source-files.ts";

const NUMBER = /\bF([1-9][0-9]?)(?=[:,)])/g;

/** Of each fault, as in `F7`, the files with tests that carry its number. */
export function testsByFault(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const files = ["packages", "test"].flatMap((folder) => filesBelow(folder, (path) => path.endsWith(".test.ts")));
  for (const file of files) {
    for (const fault of faultsNamedIn(file)) found.set(fault, (found.get(fault) ?? new Set()).add(file));
  }
  return found;
}

function faultsNamedIn(file: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    for (const [, number] of isText ? node.text.matchAll(NUMBER) : []) found.add(`F${number}`);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}
