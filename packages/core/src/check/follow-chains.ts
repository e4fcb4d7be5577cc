/** Who refers to whom, by any names. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** What following all references tells of a graph. */
export interface Chains {
  /**
   * Each as the way round it: its first name comes again at the end. Where cycles share a name not all of them are told,
   * but wherever there is any, one is.
   */
  readonly cycles: readonly (readonly string[])[];
  /** By name: the references of the longest chain that begins there. What closes a cycle is not counted. */
  readonly depths: ReadonlyMap<string, number>;
}

interface Visit {
  readonly name: string;
  next: number;
  depth: number;
}

/** Follows all references. A loop with a path of its own, since no chain may be too long for it. */
export function followChains(graph: Graph): Chains {
  const depths = new Map<string, number>();
  const cycles: (readonly string[])[] = [];
  for (const start of graph.keys()) {
    const cycle = depths.has(start) ? undefined : firstCycle(start, graph, depths);
    if (cycle !== undefined) cycles.push(cycle);
  }
  return { cycles, depths };
}

/** The first cycle met on the ways from `start` to what has no depth yet; all that is met has one afterwards. */
function firstCycle(start: string, graph: Graph, depths: Map<string, number>): readonly string[] | undefined {
  let cycle: readonly string[] | undefined;
  const path: Visit[] = [{ name: start, next: 0, depth: 0 }];
  const onPath = new Set([start]);
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const name = graph.get(last.name)?.[last.next++];
    if (name === undefined) {
      path.pop();
      onPath.delete(last.name);
      depths.set(last.name, last.depth);
      refersTo(path.at(-1), last.depth);
    } else if (onPath.has(name)) cycle ??= wayRound(name, path);
    else if (depths.has(name)) refersTo(last, depths.get(name) ?? 0);
    else {
      path.push({ name, next: 0, depth: 0 });
      onPath.add(name);
    }
  }
  return cycle;
}

function refersTo(visit: Visit | undefined, depth: number): void {
  if (visit !== undefined) visit.depth = Math.max(visit.depth, depth + 1);
}

function wayRound(name: string, path: readonly Visit[]): readonly string[] {
  const names = path.map((visit) => visit.name);
  return [...names.slice(names.indexOf(name)), name];
}

/** The longest chain from `start`, its ends included. */
export function longestFrom(start: string, graph: Graph, depths: Chains["depths"]): readonly string[] {
  const chain = [start];
  for (let left = depths.get(start) ?? 0; left > 0; left--) {
    const next = graph.get(chain.at(-1) ?? "")?.find((name) => depths.get(name) === left - 1);
    if (next === undefined) break;
    chain.push(next);
  }
  return chain;
}
