/** Who refers to whom, by any names. */
export type Graph = ReadonlyMap<string, readonly string[]>;

interface Visit {
  readonly name: string;
  next: number;
}

/**
 * Cycles, each as the way round it: its first name comes again at the end. Where cycles share a name not all of them
 * are told, but wherever there is any, one is. A loop with a path of its own, since no chain may be too long for it.
 */
export function findCycles(graph: Graph): readonly (readonly string[])[] {
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  for (const start of graph.keys()) {
    const cycle = firstCycle(start, graph, done);
    if (cycle !== undefined) cycles.push(cycle);
  }
  return cycles;
}

/** The first cycle met on the ways from `start` that are not yet `done`; all of them are done afterwards. */
function firstCycle(start: string, graph: Graph, done: Set<string>): readonly string[] | undefined {
  if (done.has(start)) return undefined;
  let cycle: readonly string[] | undefined;
  const path: Visit[] = [{ name: start, next: 0 }];
  const onPath = new Set([start]);
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const name = graph.get(last.name)?.[last.next++];
    if (name === undefined) {
      path.pop();
      onPath.delete(last.name);
      done.add(last.name);
    } else if (onPath.has(name)) cycle ??= wayRound(name, path);
    else if (!done.has(name)) {
      path.push({ name, next: 0 });
      onPath.add(name);
    }
  }
  return cycle;
}

function wayRound(name: string, path: readonly Visit[]): readonly string[] {
  const names = path.map((visit) => visit.name);
  return [...names.slice(names.indexOf(name)), name];
}
