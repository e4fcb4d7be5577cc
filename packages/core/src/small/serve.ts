import { attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { BUCKETS, bucketOf } from "../bucket.ts";
import { isCount, isList, isRecord, isSeed } from "../json.ts";
import { need, needList, needText } from "./reading.ts";
import type { Run } from "./run.ts";

/** What a rule or the fallthrough serves. */
export interface Serve {
  readonly isSplit: boolean;
  /** The variant's key; null where the context is left out. */
  readonly pick: (run: Run) => string | null;
  /** What a rollout goes by; `undefined` where the context has no such key. */
  readonly keyOf: (run: Run) => string | undefined;
}

type Range = readonly [upTo: number, variant: string | null];

interface Own {
  /** In their order. */
  readonly keys: readonly string[];
  readonly seed: number;
}

export function readServe(source: unknown, own: Own): Serve {
  need(isRecord(source));
  const { variant, rollout } = source;
  need((variant === undefined) !== (rollout === undefined));
  if (rollout === undefined) {
    const key = needVariant(variant, own);
    return { isSplit: false, pick: () => key, keyOf: () => undefined };
  }
  need(isRecord(rollout));
  const { allocation, weights, bucketBy = TARGETING_KEY, seed = own.seed } = rollout;
  need((allocation === undefined) !== (weights === undefined) && isSeed(seed));
  const ranges = weights === undefined ? readRanges(allocation, own) : layOut(weights, own);
  const read = attributeReader(needText(bucketBy));
  const keyOf = (run: Run) => keyIn(read(run.attributes)) || undefined;
  const all = sameForAll(ranges);
  return {
    isSplit: true,
    keyOf,
    pick(run) {
      if (all !== null) return all;
      const key = keyOf(run);
      if (key === undefined) return null;
      const bucket = bucketOf(key, seed);
      return ranges.find(([upTo]) => bucket < upTo)?.[1] ?? null;
    },
  };
}

export function needVariant(value: unknown, { keys }: Pick<Own, "keys">): string {
  const key = needText(value);
  need(keys.includes(key));
  return key;
}

function needShare(value: unknown): number {
  need(isCount(value) && value <= BUCKETS);
  return value;
}

function readRanges(allocation: unknown, own: Own): readonly Range[] {
  let last = 0;
  return needList(allocation, (range) => {
    need(isList(range) && range.length === 2);
    const upTo = needShare(range[0]);
    need(upTo >= last);
    last = upTo;
    return [upTo, range[1] === null ? null : needVariant(range[1], own)];
  });
}

/** Weights, in the order of the variants. */
function layOut(weights: unknown, own: Own): readonly Range[] {
  need(isRecord(weights));
  const shares = new Map(Object.entries(weights).map(([key, weight]) => [needVariant(key, own), needShare(weight)]));
  let upTo = 0;
  const ranges = own.keys.map((key): Range => {
    upTo += shares.get(key) ?? 0;
    return [upTo, key];
  });
  need(upTo <= BUCKETS);
  return ranges;
}

/** The variant that all buckets get; null where there is none. */
function sameForAll(ranges: readonly Range[]): string | null {
  const filled = ranges.filter(([upTo], at) => upTo > (ranges[at - 1]?.[0] ?? 0));
  const [, first = null] = filled[0] ?? [];
  return filled.at(-1)?.[0] === BUCKETS && filled.every(([, variant]) => variant === first) ? first : null;
}
