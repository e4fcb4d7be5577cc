import type { References } from "../references.ts";
import type { Scope } from "./linked.ts";

/** A scope that also knows the graph behind the names. */
export interface GraphScope extends Scope {
  /** Those of the references that exist. */
  nodes(references: References): readonly GraphNode[];
}

/** What following all of a node's references tells about it. */
export interface Settled {
  /** The references lead into a cycle. */
  readonly cyclic: boolean;
  readonly usesClock: boolean;
  /** How many references lead from one to the next, at most, when it is evaluated. */
  readonly depth: number;
}

/**
 * Chains that are longer are not evaluated: following them might end the stack, half-way, and only where whoever asks has
 * used much of it. Nothing that a server accepts comes near (`check/chains.ts`).
 */
export const MAX_DEPTH = 1_000;

/** A flag or a segment in the graph of references. */
export interface GraphNode {
  /** Known once everything that this node refers to is. */
  readonly settled: Settled | undefined;
  /** What it refers to, as far as that exists. */
  references(): readonly GraphNode[];
  /** Called once, after all that it refers to, unless a cycle prevents that. */
  settle(references: Settled): void;
}

/** What a node that refers to nothing learns of its references. */
const ALONE: Settled = { cyclic: false, usesClock: false, depth: 0 };

interface Visit {
  readonly node: GraphNode;
  readonly references: readonly GraphNode[];
  next: number;
  cyclic: boolean;
  usesClock: boolean;
  depth: number;
}

/**
 * Settles `root` and all that it refers to, the last referred to first. A loop with a path of its own: a chain of ten
 * thousand flags is no deeper for the stack than one. What is half done lives in this call alone, so that a failure in
 * the middle leaves nothing behind that the next call could mistake for a cycle.
 */
export function settle(root: GraphNode): void {
  if (root.settled !== undefined) return;
  const references = root.references();
  // Most flags refer to nothing, and need no path.
  if (references.length === 0) {
    root.settle(ALONE);
    return;
  }
  const path = [visit(root, references)];
  const onPath = new Set([root]);
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const reference = last.references[last.next++];
    if (reference === undefined) {
      path.pop();
      onPath.delete(last.node);
      last.node.settle(last);
      take(path.at(-1), last.node.settled);
    } else if (reference.settled !== undefined) take(last, reference.settled);
    else if (onPath.has(reference)) last.cyclic = true;
    else {
      path.push(visit(reference, reference.references()));
      onPath.add(reference);
    }
  }
}

function visit(node: GraphNode, references: readonly GraphNode[]): Visit {
  return { node, references, next: 0, cyclic: false, usesClock: false, depth: 0 };
}

function take(visitor: Visit | undefined, found: Settled | undefined): void {
  if (visitor === undefined || found === undefined) return;
  visitor.cyclic ||= found.cyclic;
  visitor.usesClock ||= found.usesClock;
  visitor.depth = Math.max(visitor.depth, found.depth + 1);
}
