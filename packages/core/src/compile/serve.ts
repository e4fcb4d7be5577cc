import { type AttributeReader, type Attributes, attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { BUCKETS } from "../bucket.ts";
import { hash32 } from "../hash.ts";
import { layOutWeights } from "../lay-out.ts";
import type { Allocation, Flag, Rollout, Serve } from "../model.ts";
import type { Outcome, Reason } from "../result.ts";
import type { OutcomeList } from "./outcomes.ts";

/** What a context is served. */
export interface CompiledServe {
  /** Where every context gets the same: no attribute is needed. */
  readonly always: Outcome | undefined;
  /** `undefined` where the context is left out. Throws where reading the attributes does. */
  serve(attributes: Attributes): Outcome | undefined;
}

/** On whose behalf: the rule's id, and the reason that goes with a single variant. */
export interface Server {
  readonly flag: Flag;
  readonly outcomes: OutcomeList;
  readonly variantReason: Reason;
  readonly ruleId?: string;
}

function compileServe(serve: Serve, server: Server): CompiledServe {
  const { outcomes, variantReason, ruleId } = server;
  if (!hasRollout(serve)) return new SameForAll(outcomes.answer(serve.variant, variantReason, ruleId));
  const ranges = rangesOf(serve.rollout, server.flag);
  const [whole] = ranges;
  if (whole?.[0] === BUCKETS && whole[1] !== null) {
    return new SameForAll(outcomes.answer(whole[1], "SPLIT", ruleId));
  }
  return new Split(serve.rollout, ranges, server);
}

/** Of the rule at this position, or after the last rule of the fallthrough. */
export function compileServeAt(at: number, flag: Flag, outcomes: OutcomeList): CompiledServe {
  const rule = flag.rules[at];
  if (rule === undefined) {
    const variantReason = asksNothing(flag) ? "STATIC" : "DEFAULT";
    return compileServe(flag.fallthrough, { flag, outcomes, variantReason });
  }
  return compileServe(rule.serve, { flag, outcomes, variantReason: "TARGETING_MATCH", ruleId: rule.id });
}

/** Whether nothing stands before the fallthrough. */
export function asksNothing({ prerequisites, targets, rules }: Flag): boolean {
  return prerequisites.length + targets.length + rules.length === 0;
}

export function hasRollout(serve: Serve): serve is { readonly rollout: Rollout } {
  const { rollout }: { readonly variant?: string; readonly rollout?: Rollout } = serve;
  return rollout !== undefined;
}

/** Serves one variant. */
class SameForAll implements CompiledServe {
  declare readonly always: Outcome;

  constructor(always: Outcome) {
    this.always = always;
  }

  serve(): Outcome {
    return this.always;
  }
}

/** Serves a variant by the bucket of an attribute. */
class Split implements CompiledServe {
  readonly #read: AttributeReader;
  readonly #seed: number;
  readonly #bounds: readonly number[];
  readonly #variants: readonly (string | null)[];
  readonly #outcomes: OutcomeList;
  readonly #ruleId: string | undefined;
  /** By range, as far as they have been served. */
  readonly #served: (Outcome | undefined)[];

  constructor({ bucketBy = TARGETING_KEY, seed }: Rollout, ranges: Allocation, server: Server) {
    this.#read = attributeReader(bucketBy);
    // The same 32 bits as a small integer: half of all seeds would be a number on the heap.
    this.#seed = (seed ?? server.flag.seed) | 0;
    this.#bounds = boundsOf(ranges);
    this.#variants = ranges.map(([, variant]) => variant);
    this.#outcomes = server.outcomes;
    this.#ruleId = server.ruleId;
    this.#served = ranges.map(() => undefined);
  }

  get always(): undefined {
    return undefined;
  }

  serve(attributes: Attributes): Outcome | undefined {
    const key = keyIn(this.#read(attributes));
    if (key === undefined || key === "") return undefined;
    const at = rangeOfHash(this.#bounds, hash32(key, this.#seed));
    return this.#served[at] ?? this.#outcomeAt(at);
  }

  #outcomeAt(at: number): Outcome | undefined {
    const variant = this.#variants[at] ?? null;
    if (variant === null) return undefined;
    const outcome = this.#outcomes.answer(variant, "SPLIT", this.#ruleId);
    this.#served[at] = outcome;
    return outcome;
  }
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

/**
 * Where each range ends, as a bound of the hash itself: a bucket, `floor(hash × 100000 / 2^32)`, is below `upTo` where
 * the hash is below `ceil(upTo × 2^32 / 100000)`. So a rollout takes no product, no quotient and no number that is not
 * a small integer, 2 to 4 of 90 ns. Less 2^31, for signed numbers to stand in the order of unsigned ones. A range
 * to the end has no bound.
 */
export function boundsOf(ranges: Allocation): readonly number[] {
  const inside = ranges.filter(([upTo]) => upTo < BUCKETS);
  // The quotient's fraction is a multiple of 1e-5, more than doubles of this size round by: no bound is off by one.
  return inside.map(([upTo]) => Math.ceil((upTo * 2 ** 32) / BUCKETS) - 2 ** 31);
}

/** So few are gone through without a branch: a branch that goes by a hash is foreseen half the time. */
const FEW = 8;

/** The position of the first range whose bound is above the hash, which is signed as `hash32` gives it. */
export function rangeOfHash(bounds: readonly number[], hash: number): number {
  const turned = hash ^ -0x8000_0000;
  if (bounds.length > FEW) return bisect(bounds, turned);
  let at = bounds.length;
  for (let each = 0; each < bounds.length; each++) at -= isBelow(turned, bounds[each] ?? 0);
  return at;
}

/** 1 where `a` is less than `b`, both signed 32-bit, else 0: the sign of their difference, or where that does not fit, of `a`. */
function isBelow(a: number, b: number): number {
  return ((a & ~b) | (~(a ^ b) & (a - b))) >>> 31;
}

function bisect(bounds: readonly number[], turned: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) <= turned) low = middle + 1;
    else high = middle;
  }
  return low;
}
