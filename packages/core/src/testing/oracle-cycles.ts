/** The graph of references as the model has it, sharing no code with what is shipped. */
import type { Condition, Flag, RulesetDocument, Segment } from "../model.ts";

/** What the graph is read from. */
interface Documents {
  readonly ruleset: RulesetDocument;
  readonly readable: (kind: "flag" | "segment", document: unknown) => boolean;
}

/** A flag or a segment, as `flag checkout`. */
type Node = `${"flag" | "segment"} ${string}`;

/** Whether a node from which all begins, or one that can be reached from it, can be reached from itself. */
export function leadsIntoCycle(documents: Documents, start: Node): boolean {
  return [start, ...reachable(documents, start)].some((node) => reachable(documents, node).has(node));
}

function reachable(documents: Documents, start: Node): ReadonlySet<Node> {
  const found = new Set<Node>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of referencesOf(documents, node)) {
      if (!found.has(next)) open.push(next);
      found.add(next);
    }
  }
  return found;
}

/** A document that is not there or cannot be read refers to nothing. */
function referencesOf({ ruleset, readable }: Documents, node: Node): readonly Node[] {
  const isFlag = node.startsWith("flag ");
  const entities = isFlag ? ruleset.flags : ruleset.segments;
  const key = node.slice(node.indexOf(" ") + 1);
  const document = Object.hasOwn(entities, key) ? entities[key] : undefined;
  if (!readable(isFlag ? "flag" : "segment", document)) return [];
  return isFlag ? ofFlag(document as Flag) : ofCondition((document as Segment).when);
}

function ofFlag({ prerequisites, rules }: Flag): readonly Node[] {
  return [...prerequisites.flatMap(ofCondition), ...rules.flatMap(({ when }) => ofCondition(when))];
}

function ofCondition(condition: Condition | null): readonly Node[] {
  if (condition === null) return [];
  if ("all" in condition) return condition.all.flatMap(ofCondition);
  if ("any" in condition) return condition.any.flatMap(ofCondition);
  if ("not" in condition) return ofCondition(condition.not);
  if ("segment" in condition) return [`segment ${condition.segment}`];
  return "flag" in condition ? [`flag ${condition.flag}`] : [];
}
