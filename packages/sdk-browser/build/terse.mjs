/**
 * What a page need not be sent: an esbuild plugin that takes it out of Bannerol's own sources as they are bundled. The
 * sources stay as they are, and every other package has them whole.
 *
 * - The words of findings. A page is told that a flag cannot be read; why, the server tells those who can mend it.
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

/** Of calls on an inspection: which arguments hold words, and stand for `""`. */
const words = new Map([
  ["expected", [0, 1]],
  ["add", [0]],
  ["exceeds", [0]],
]);
/** Of calls on an inspection: those that a reader need not make. */
const writers = new Set(["only", "limit"]);
const inspections = new Set(["inspection", "problems"]);

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
  const replace = (node, by) => edits.push({ start: node.getStart(), end: node.getEnd(), by });
  const visit = (node) => {
    if (ts.isPrivateIdentifier(node)) return replace(node, `$${node.text.slice(1)}`);
    if (ts.isPropertyAccessExpression(node) && node.name.text === "forWriter") return replace(node, "false");
    const call = inspectionCall(node);
    if (writers.has(call)) return replace(node, "0");
    const spoken = words.get(call) ?? [];
    ts.forEachChild(node, (child) => {
      if (spoken.includes(node.arguments?.indexOf(child))) replace(child, '""');
      else visit(child);
    });
  };
  visit(file);
  return edits.sort((a, b) => b.start - a.start).reduce((out, { start, end, by }) => out.slice(0, start) + by + out.slice(end), text);
}

/** The name of the method that is called on an inspection. */
function inspectionCall(node) {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  return ts.isIdentifier(expression) && inspections.has(expression.text) ? name.text : undefined;
}
