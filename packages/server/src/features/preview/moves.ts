/**
 * Which share of buckets a change of a targeting moves from which variant to which. Exact: buckets are counted, and two
 * rollouts that hash otherwise are independent, so that their shares multiply. Pure.
 */
import type { BucketMove } from "@bannerol/protocol/schemas";
import type { FlagDocument, StoredRollout, StoredServe, TargetingDocument } from "../../state/documents.ts";

const BUCKETS = 100_000;
/** A share is told to a thousandth of a bucket: what independent rollouts multiply to is no whole number of them. */
const PRECISION = 1e8;

/** A stretch of buckets that are served one variant. */
interface Stretch {
  readonly upTo: number;
  readonly variant: string;
}

type Hashed = Pick<FlagDocument, "seed">;

/** The moves of the rollouts that are there before and after: those of rules with one id, and the fallthrough's. */
export function movesOf(before: TargetingDocument, after: TargetingDocument, flag: Hashed): readonly BucketMove[] {
  const known = new Map(before.rules.map(({ id, serve }) => [id, serve]));
  const ofRules = after.rules.flatMap(({ id, serve }) => {
    const earlier = known.get(id);
    if (earlier === undefined) return [];
    return movesBetween(sideOf(before, earlier), sideOf(after, serve), flag).map((move) => ({ ruleId: id, ...move }));
  });
  const ofFallthrough = movesBetween(sideOf(before, before.fallthrough), sideOf(after, after.fallthrough), flag);
  return [...ofRules, ...ofFallthrough];
}

/** Whether two rollouts give one context different buckets: who had a variant then says nothing of who gets it. */
export function hashesOtherwise(before: StoredServe, after: StoredServe, { seed }: Hashed): boolean {
  if (!("rollout" in before) || !("rollout" in after)) return false;
  const hashing = ({ bucketBy = "targetingKey", seed: own = seed }: StoredRollout) => `${own} ${bucketBy}`;
  return hashing(before.rollout) !== hashing(after.rollout);
}

/** What a targeting serves at one place: where it is disabled, the off variant to everybody. */
interface Side {
  readonly serve: StoredServe;
  readonly off: string;
}

function sideOf({ enabled, off }: TargetingDocument, serve: StoredServe): Side {
  return { serve: enabled ? serve : { variant: off }, off };
}

function movesBetween(before: Side, after: Side, flag: Hashed): readonly Omit<BucketMove, "ruleId">[] {
  const [from, to] = [stretchesOf(before), stretchesOf(after)];
  const shares = hashesOtherwise(before.serve, after.serve, flag) ? multiplied(from, to) : overlaid(from, to);
  return [...shares.values()]
    .filter((move) => move.from !== move.to && move.share > 0)
    .map((move) => ({ ...move, share: Math.round((move.share / BUCKETS) * PRECISION) / PRECISION }));
}

function stretchesOf({ serve, off }: Side): readonly Stretch[] {
  if ("variant" in serve) return [{ upTo: BUCKETS, variant: serve.variant }];
  const ranges = serve.rollout.allocation.map(([upTo, variant]) => ({ upTo, variant: variant ?? off }));
  return [...ranges, { upTo: BUCKETS, variant: off }];
}

type Shares = Map<string, Omit<BucketMove, "ruleId">>;

function add(shares: Shares, from: string, to: string, buckets: number): void {
  const name = JSON.stringify([from, to]);
  shares.set(name, { from, to, share: (shares.get(name)?.share ?? 0) + buckets });
}

/** Bucket by bucket. */
function overlaid(from: readonly Stretch[], to: readonly Stretch[]): Shares {
  const shares: Shares = new Map();
  let start = 0;
  for (let at = 0, other = 0; at < from.length && other < to.length; ) {
    const [one, two] = [from[at], to[other]];
    if (one === undefined || two === undefined) break;
    const end = Math.min(one.upTo, two.upTo);
    if (end > start) add(shares, one.variant, two.variant, end - start);
    start = Math.max(start, end);
    if (one.upTo <= end) at++;
    if (two.upTo <= end) other++;
  }
  return shares;
}

/** Each share of the one falls on the other's shares in proportion. */
function multiplied(from: readonly Stretch[], to: readonly Stretch[]): Shares {
  const shares: Shares = new Map();
  for (const one of lengthsOf(from)) {
    for (const two of lengthsOf(to)) add(shares, one.variant, two.variant, (one.length * two.length) / BUCKETS);
  }
  return shares;
}

function lengthsOf(stretches: readonly Stretch[]): readonly { readonly variant: string; readonly length: number }[] {
  return stretches.map(({ upTo, variant }, at) => ({ variant, length: upTo - (stretches[at - 1]?.upTo ?? 0) }));
}
