import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesBelow, isSource, parse } from "./source-files.ts";

/**
 * What is pure takes the clock, randomness and ids as arguments and does no I/O, so that it can be tested without a
 * socket or a database and gives the same answer everywhere.
 */
const pure = [
  "packages/core/src",
  "packages/protocol/src",
  "packages/client/src",
  "packages/hub/src",
  "packages/server/src/state",
  "packages/server/src/features/releases/judge",
];
const pureFile = /^packages\/server\/src\/(features\/.*\/decide|log\/views?)\.ts$/;

const worldly = new Set(
  `console process Buffer fetch performance crypto setTimeout setInterval setImmediate clearTimeout clearInterval
   XMLHttpRequest WebSocket EventSource localStorage sessionStorage navigator document window require __dirname`.split(
    /\s+/,
  ),
);
const worldlyMembers = new Set(["Date.now", "Math.random", "Date.parse"]);

function offences(path: string): string[] {
  const file = parse(path);
  const found: string[] = [];
  const report = (node: ts.Node, what: string) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1} uses ${what}`);
  };
  const own = namesDeclaredIn(file);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      if (node.moduleSpecifier.text.startsWith("node:")) report(node, node.moduleSpecifier.text);
    } else if (ts.isPropertyAccessExpression(node) && worldlyMembers.has(node.getText())) report(node, node.getText());
    else if (ts.isNewExpression(node) && node.expression.getText() === "Date" && !node.arguments?.length) {
      report(node, "the clock");
    } else if (ts.isIdentifier(node) && worldly.has(node.text) && !own.has(node.text) && isReference(node))
      report(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Variables, parameters and functions of the file's own: they hide a global of that name. */
function namesDeclaredIn(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if ((declares || ts.isFunctionDeclaration(node)) && node.name !== undefined && ts.isIdentifier(node.name)) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Whether an identifier stands for a value in scope, not for a property's, parameter's or type member's name. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false;
  return !("name" in parent && parent.name === node) || ts.isShorthandPropertyAssignment(parent);
}

describe("purity", () => {
  const files = [
    ...pure.flatMap((folder) => filesBelow(folder, isSource)),
    ...filesBelow("packages/server/src", isSource).filter((path) => pureFile.test(path)),
  ];

  it("finds what it guards", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.some((path) => pureFile.test(path))).toBe(true);
  });

  it("finds no clock, randomness, I/O, environment or console in what is pure", () => {
    expect(files.flatMap(offences)).toEqual([]);
  });
});
