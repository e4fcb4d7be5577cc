import { type AttributeReader, type Attributes, attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { BUCKETS, bucketOf } from "../bucket.ts";
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
  if (!hasRollout(serve)) return new SameForAll(outcomes, { variant: serve.variant, reason: variantReason, ruleId });
  const ranges = rangesOf(serve.rollout, server.flag);
  const [whole] = ranges;
  if (ranges.length === 1 && whole?.[0] === BUCKETS && whole[1] !== null) {
    return new SameForAll(outcomes, { variant: whole[1], reason: "SPLIT", ruleId });
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
  return "rollout" in serve && serve.rollout !== undefined;
}

/** Serves one variant. */
class SameForAll implements CompiledServe {
  readonly #outcomes: OutcomeList;
  readonly #variant: string;
  readonly #reason: Reason;
  readonly #ruleId: string | undefined;
  #outcome: Outcome | undefined;

  constructor(
    outcomes: OutcomeList,
    answer: { readonly variant: string; readonly reason: Reason; readonly ruleId: string | undefined },
  ) {
    this.#outcomes = outcomes;
    this.#variant = answer.variant;
    this.#reason = answer.reason;
    this.#ruleId = answer.ruleId;
  }

  get always(): Outcome {
    return this.serve();
  }

  serve(): Outcome {
    this.#outcome ??= this.#outcomes.answer(this.#variant, this.#reason, this.#ruleId);
    return this.#outcome;
  }
}

/** Serves a variant by the bucket of an attribute. */
class Split implements CompiledServe {
  readonly #read: AttributeReader;
  readonly #seed: number;
  readonly #borders: readonly number[];
  readonly #variants: readonly (string | null)[];
  readonly #outcomes: OutcomeList;
  readonly #ruleId: string | undefined;
  /** By range, as far as they have been served. */
  readonly #served: (Outcome | undefined)[];

  constructor({ bucketBy = TARGETING_KEY, seed }: Rollout, ranges: Allocation, server: Server) {
    this.#read = attributeReader(bucketBy);
    // The same 32 bits as a small integer: half of all seeds would be a number on the heap.
    this.#seed = (seed ?? server.flag.seed) | 0;
    this.#borders = ranges.map(([upTo]) => upTo);
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
    const at = rangeAt(this.#borders, bucketOf(key, this.#seed));
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

/** So few are gone through without a branch: a branch that goes by a hash is foreseen half the time. */
const FEW = 8;

/** The position of the first border above the bucket; both are whole numbers to 100,000. Layouts may have hundreds. */
export function rangeAt(borders: readonly number[], bucket: number): number {
  if (borders.length > FEW) return bisect(borders, bucket);
  let low = 0;
  // The difference's sign bit: 1 where the border is not above the bucket.
  for (let at = 0; at < borders.length; at++) low += ((borders[at] ?? 0) - bucket - 1) >>> 31;
  return low;
}

function bisect(borders: readonly number[], bucket: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? 0) <= bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}
