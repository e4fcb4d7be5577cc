import { attributeReader, TARGETING_KEY } from "../attributes.ts";
import { BUCKETS, bucketOf } from "../bucket.ts";
import { hasRollout, rangesOf } from "../compile/serve.ts";
import type { Flag, Rollout, Serve } from "../model.ts";
import { explainKey } from "./explain-value.ts";
import type { RolloutStep, ServeStep } from "./explanation.ts";
import type { Trace } from "./trace.ts";

/** What is served, and in a rollout by which bucket. Never throws: a key that cannot be read counts as missing. */
export function explainServe(serve: Serve, flag: Flag, trace: Trace): ServeStep {
  return hasRollout(serve) ? { rollout: explainRollout(serve.rollout, flag, trace) } : { variant: serve.variant };
}

function explainRollout(rollout: Rollout, flag: Flag, trace: Trace): RolloutStep {
  const { bucketBy = TARGETING_KEY, seed = flag.seed } = rollout;
  const { shown, key } = explainKey(attributeReader(bucketBy), trace.attributes, trace.redact(bucketBy));
  const ranges = rangesOf(rollout, flag);
  const asked = { bucketBy, seed, ...shown };
  if (key === undefined || key === "") {
    const [whole] = ranges;
    return { ...asked, variant: whole?.[0] === BUCKETS ? whole[1] : null };
  }
  const bucket = bucketOf(key, seed);
  const found = ranges.findIndex(([upTo]) => bucket < upTo);
  const at = found < 0 ? ranges.length : found;
  const [upTo, variant] = ranges[at] ?? [BUCKETS, null];
  return { ...asked, bucket, range: [ranges[at - 1]?.[0] ?? 0, upTo], variant };
}
