/**
 * What a page need not be sent: an esbuild plugin that takes it out of Bannerol's own sources as they are bundled. The
 * sources stay as they are, and every other package has them whole.
 *
 * - The words and the places of findings. A page is told that a flag cannot be read; why, the server tells those who can
 *   mend it.
 * - What holds writers to limits. A page only reads.
 * - Private names, `#name`, become `$name`: in ES2020 each would be a WeakMap, which is longer and slower. `$name` is what
 *   `mangleProps` shortens.
 * - Explanations: modules that only `explain` needs.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";

const own = /packages[\\/](core|protocol|client|sdk-browser)[\\/]src[\\/].*\.ts$/;

/** What stands in for a module. */
const replaced = new Map([
  ["core/src/evaluate/explain-flag.ts", "export const explainFlag = () => {};"],
  ["core/src/evaluate/explain-segment.ts", "export const explainSegment = () => {};"],
]);

/** Where checks look at documents, an inspection goes by one of these names. */
const inspections = new Set(["inspection", "problems"]);
/** Calls on it that say what was found where: all that is left of them is that something was. */
const says = new Set(["add", "expected", "exceeds"]);
/** Calls on it that only writers and authors need, or that only move what was said. */
const idle = new Set(["only", "limit", "place"]);
/** What a reader is not. */
const never = new Set(["forWriter", "findsFields"]);

export function terse() {
  return {
    name: "terse",
    setup(build) {
      build.onLoad({ filter: own }, ({ path }) => {
        const name = path.replaceAll("\\", "/").replace(/^.*packages\//, "");
        return { contents: replaced.get(name) ?? tersely(name, readFileSync(path, "utf8")), loader: "ts" };
      });
    },
  };
}

export function tersely(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const edits = [];
  const visit = (node) => {
    const by = insteadOf(node);
    if (by === undefined) ts.forEachChild(node, visit);
    else edits.push({ start: node.getStart(), end: node.getEnd(), by });
  };
  visit(file);
  return edits.reverse().reduce((out, { start, end, by }) => out.slice(0, start) + by + out.slice(end), text);
}

/** What stands in a node's place; undefined where it stays. */
function insteadOf(node) {
  if (ts.isPrivateIdentifier(node)) return `$${node.text.slice(1)}`;
  if (ts.isMethodDeclaration(node) && node.parent.name?.text === "Inspection") return shorter(node.name.text);
  const member = inspectionMember(node);
  if (never.has(member)) return "false";
  const called = ts.isCallExpression(node) ? inspectionMember(node.expression) : undefined;
  if (idle.has(called)) return "0";
  return says.has(called) ? `${node.expression.expression.text}.add()` : undefined;
}

/** The methods of an inspection, where nobody asks for words and places. */
function shorter(method) {
  if (method === "add") return 'add() { this.$found.push({ path: "", message: "flawed" }); }';
  if (method === "under") return "under(step, work) { return work(); }";
  return idle.has(method) || says.has(method) ? "" : undefined;
}

/** The name of what is read of an inspection. */
function inspectionMember(node) {
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return inspections.has(node.expression.text) ? node.name.text : undefined;
}
