import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesBelow, importsOf, isSource, parse } from "./source-files.ts";

/** One function sends what a user made the server send; nothing else of the server connects to anybody. */
const way = "packages/server/src/outbound/exchange.ts";
/** The database, which the operator names. */
const database = "packages/server/src/store/postgres/";

const connecting = new Set([
  "node:https",
  "node:http2",
  "node:tls",
  "node:dgram",
  "undici",
  "node-fetch",
  "axios",
  "got",
]);
const connectingNames = new Set(["request", "get", "connect", "createConnection", "Socket", "Agent", "WebSocket"]);
const globals = new Set(["fetch", "WebSocket", "EventSource", "XMLHttpRequest"]);

function offences(path: string): string[] {
  const file = parse(path);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) found.push(...importedWays(path, node));
    if (ts.isIdentifier(node) && globals.has(node.text) && isCalled(node)) found.push(`${path} uses ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function importedWays(path: string, { moduleSpecifier, importClause }: ts.ImportDeclaration): string[] {
  const module = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : "";
  if (importClause?.isTypeOnly) return [];
  if (connecting.has(module)) return [`${path} imports ${module}`];
  if (module !== "node:http" && module !== "node:net") return [];
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return [`${path} imports all of ${module}`];
  return bindings.elements
    .filter((element) => !element.isTypeOnly && connectingNames.has((element.propertyName ?? element.name).text))
    .map((element) => `${path} imports ${(element.propertyName ?? element.name).text} of ${module}`);
}

const isCalled = ({ parent }: ts.Identifier): boolean =>
  (ts.isCallExpression(parent) || ts.isNewExpression(parent)) &&
  parent.getChildren()[ts.isNewExpression(parent) ? 1 : 0] !== undefined;

describe("the way out of the server", () => {
  const files = filesBelow("packages/server/src", isSource).filter((path) => !path.startsWith(database));

  it("is one file, and only the guarded function imports it", () => {
    expect(files.filter((path) => offences(path).length > 0)).toEqual([way]);
    const importers = files.filter((path) => importsOf(path).some((module) => module.endsWith("/exchange.ts")));
    expect(importers).toEqual(["packages/server/src/outbound/outbound.ts"]);
  });
});
