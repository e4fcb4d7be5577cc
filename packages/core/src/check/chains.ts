import { referencesOf } from "../references.ts";
import { type Chains, followChains, longestFrom } from "./follow-chains.ts";
import type { Finding } from "./inspection.ts";

/** One environment's flags and segments, whether or not they are well formed. */
export interface Documents {
  readonly flags: ReadonlyMap<string, unknown>;
  readonly segments: ReadonlyMap<string, unknown>;
}

/** A finding, and in which document its `path` begins. */
export interface ReferenceFinding extends Finding {
  readonly kind: "flag" | "segment";
  readonly key: string;
}

/**
 * How many references may lead from one to the next. Every evaluator can follow so many by calling itself, whatever the
 * language, and however much of the stack its caller has used.
 */
const MAX_CHAIN = 100;

/**
 * References that lead into a cycle, or through more documents than the limit. Documents are read leniently.
 *
 * A cycle is found once, with the way round it, in one of its documents: the first one that is reached from the front of
 * the maps, flags before segments. A chain that is too long is found where the limit is passed, and not in what refers
 * there in turn.
 */
export function checkChains({ flags, segments }: Documents): readonly ReferenceFinding[] {
  const documents = [
    ...[...flags].map(([key, source]) => ({ kind: "flag", key, source }) as const),
    ...[...segments].map(([key, source]) => ({ kind: "segment", key, source }) as const),
  ];
  const byName = new Map(documents.map((each) => [nameOf(each.kind, each.key), each]));
  const graph = new Map(documents.map(({ kind, key, source }) => [nameOf(kind, key), namesIn(source)]));
  const chains = followChains(graph);
  const found = (name: string | undefined, finding: Omit<Finding, "path">): readonly ReferenceFinding[] => {
    const document = byName.get(name ?? "");
    return document === undefined ? [] : [{ kind: document.kind, key: document.key, path: "", ...finding }];
  };
  return [
    ...chains.cycles.flatMap((cycle) => found(cycle[0], { message: circle(cycle) })),
    ...namesBeyond(chains).flatMap((name) => {
      return found(name, { message: tooLong(longestFrom(name, graph, chains.depths)), limit: true });
    }),
  ];
}

const circle = (way: readonly string[]) =>
  `References may not go round in a circle: ${way.join(" → ")}. Remove one of them.`;

function namesBeyond({ depths }: Chains): readonly string[] {
  return [...depths].filter(([, depth]) => depth === MAX_CHAIN + 1).map(([name]) => name);
}

function tooLong(chain: readonly string[]): string {
  const way = [...chain.slice(0, 3), "…", chain.at(-1)].join(" → ");
  return `References lead from one to the next ${chain.length - 1} times here (${way}), and the limit is ${MAX_CHAIN}. Refer to what stands further along instead.`;
}

type Kind = ReferenceFinding["kind"];

/** Flags and segments may have the same keys, so a name in the graph tells which it is. */
const nameOf = (kind: Kind, key: string) => `${kind} ${key}`;

function namesIn(source: unknown): readonly string[] {
  const { flags, segments } = referencesOf(source);
  return [...[...flags].map((key) => nameOf("flag", key)), ...[...segments].map((key) => nameOf("segment", key))];
}
