import { type Attributes, attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { BUCKETS, bucketOf } from "../bucket.ts";
import { layOutWeights } from "../lay-out.ts";
import type { Allocation, Flag, Rollout, Serve } from "../model.ts";
import type { Outcome, Reason } from "../result.ts";
import type { OutcomeList } from "./outcomes.ts";

/** What a context is served; `undefined` where it is left out. */
export interface CompiledServe {
  /** Where every context gets the same: no attribute is needed. */
  readonly always: Outcome | undefined;
  /** Throws where reading the attributes does. Allocates nothing. */
  readonly serve: (attributes: Attributes) => Outcome | undefined;
}

/** On whose behalf: the rule's id, and the reason that goes with a single variant. */
export interface Server {
  readonly flag: Flag;
  readonly outcomes: OutcomeList;
  readonly variantReason: Reason;
  readonly ruleId?: string;
}

export function compileServe(serve: Serve, server: Server): CompiledServe {
  if (!hasRollout(serve)) return sameForAll(server.outcomes.answer(serve.variant, server.variantReason, server.ruleId));
  const { rollout } = serve;
  const ranges = rangesOf(rollout, server.flag);
  const outcomes = ranges.map(([, variant]) =>
    variant === null ? undefined : server.outcomes.answer(variant, "SPLIT", server.ruleId),
  );
  const [whole] = outcomes;
  if (ranges.length === 1 && ranges[0]?.[0] === BUCKETS && whole !== undefined) return sameForAll(whole);
  return { always: undefined, serve: splitter(rollout, server.flag, { ranges, outcomes }) };
}

export function hasRollout(serve: Serve): serve is { readonly rollout: Rollout } {
  return "rollout" in serve && serve.rollout !== undefined;
}

function sameForAll(outcome: Outcome): CompiledServe {
  return { always: outcome, serve: () => outcome };
}

/** The allocation without what makes no difference: empty ranges, and borders between equal ones. */
export function rangesOf({ allocation, weights = {} }: Rollout, { variants }: Flag): Allocation {
  const ranges: (readonly [number, string | null])[] = [];
  for (const range of allocation ?? layOutWeights(weights, variants)) {
    const last = ranges.at(-1);
    if (range[0] === (last?.[0] ?? 0)) continue;
    if (last !== undefined && last[1] === range[1]) ranges.pop();
    ranges.push(range);
  }
  return ranges;
}

function splitter(
  { bucketBy = TARGETING_KEY, ...rollout }: Rollout,
  flag: Flag,
  { ranges, outcomes }: { readonly ranges: Allocation; readonly outcomes: readonly (Outcome | undefined)[] },
): CompiledServe["serve"] {
  const read = attributeReader(bucketBy);
  const seed = rollout.seed ?? flag.seed;
  const borders = ranges.map(([upTo]) => upTo);
  return (attributes) => {
    const key = keyIn(read(attributes));
    if (key === undefined || key === "") return undefined;
    return outcomes[rangeAt(borders, bucketOf(key, seed))];
  };
}

/** The position of the first border above the bucket, by bisection: layouts may have hundreds of ranges. */
export function rangeAt(borders: readonly number[], bucket: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? 0) <= bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}
