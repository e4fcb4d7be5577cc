/** What a release serves at a percentage: the rollout that it owns, and no other. Pure. */
import type { Weights } from "@bannerol/core";
import type { RuleForm, ServeForm } from "@bannerol/protocol/schemas";
import type { StoredServe, TargetingDocument } from "../../state/documents.ts";
import type { BeforeRelease, ReleaseDocument } from "../../state/release-document.ts";
import type { RawFields } from "../targeting/decide.ts";
import { formOf } from "../targeting/form.ts";

const WHOLE = 100_000;

export function ruleIdOf({ id }: Pick<ReleaseDocument, "id">): string {
  return `release-${id}`;
}

/** How many of 100,000 a targeting gives these variants by its fallthrough; none where it is disabled. */
export function shareInForce({ enabled, fallthrough }: BeforeRelease, serves: Weights): number {
  if (!enabled) return 0;
  if ("variant" in fallthrough) return Object.hasOwn(serves, fallthrough.variant) ? WHOLE : 0;
  return Object.entries(fallthrough.rollout.weights).reduce(
    (sum, [variant, weight]) => sum + (Object.hasOwn(serves, variant) ? weight : 0),
    0,
  );
}

/** The fields of the targeting with the release at this share. */
export function servedAt(targeting: TargetingDocument, release: ReleaseDocument, percentage: number): RawFields {
  const fields = formOf(targeting);
  const treated = parts(release.serves, Math.round(percentage * 1_000));
  const wasOff = release.before?.enabled === false;
  if (release.segment === undefined) {
    const rest =
      wasOff || release.before === undefined
        ? { [targeting.off]: WHOLE }
        : others(release.before.fallthrough, release.serves);
    const weights = { ...parts(rest, WHOLE - sum(treated), WHOLE - sharesOf(release)), ...treated };
    return { ...fields, enabled: true, fallthrough: rolloutOf(weights, targeting.fallthrough, release) };
  }
  const rule: RuleForm = {
    id: ruleIdOf(release),
    name: `Release ${release.id}`,
    when: { segment: release.segment },
    serve: { rollout: { weights: treated, ...hashedBy(release) } },
  };
  const hasBegun = fields.rules.some(({ id }) => id === rule.id);
  const rules = hasBegun
    ? fields.rules.map((one) => (one.id === rule.id ? { ...one, serve: rule.serve } : one))
    : [rule, ...fields.rules];
  // A flag that was off for all is off for all but the segment, until somebody opens it further.
  const closed = wasOff && !hasBegun ? { fallthrough: { variant: targeting.off } } : {};
  return { ...fields, enabled: true, rules, ...closed };
}

/** The share of 100,000 that the released variants had before. */
function sharesOf({ before, serves }: ReleaseDocument): number {
  return before === undefined ? 0 : shareInForce(before, serves);
}

/** What the fallthrough gives other variants than these. */
function others(fallthrough: StoredServe, serves: Weights): Weights {
  const weights = "variant" in fallthrough ? { [fallthrough.variant]: WHOLE } : fallthrough.rollout.weights;
  return Object.fromEntries(Object.entries(weights).filter(([variant]) => !Object.hasOwn(serves, variant)));
}

/** `total` shared out in proportion, to the last of 100,000: the largest remainders get what rounding leaves. */
function parts(weights: Weights, total: number, of = sum(weights)): Weights {
  if (of === 0) return Object.fromEntries(Object.keys(weights).map((variant) => [variant, 0]));
  const exact = Object.entries(weights).map(([variant, weight]) => ({ variant, share: (weight * total) / of }));
  const whole = Math.round((sum(weights) * total) / of);
  let left = whole - exact.reduce((all, { share }) => all + Math.floor(share), 0);
  const byRemainder = [...exact].sort((a, b) => (b.share % 1) - (a.share % 1) || (a.variant < b.variant ? -1 : 1));
  const rounded = new Map(byRemainder.map(({ variant, share }) => [variant, Math.floor(share) + (left-- > 0 ? 1 : 0)]));
  return Object.fromEntries(exact.map(({ variant }) => [variant, rounded.get(variant) ?? 0]));
}

function sum(weights: Weights): number {
  return Object.values(weights).reduce((all, weight) => all + weight, 0);
}

/** It hashes as the rollout in force does, but where the release says otherwise. */
function rolloutOf(weights: Weights, inForce: StoredServe, release: ReleaseDocument): ServeForm {
  if ("variant" in inForce) return { rollout: { weights, ...hashedBy(release) } };
  const { bucketBy, seed } = inForce.rollout;
  return {
    rollout: {
      weights,
      ...(bucketBy === undefined ? {} : { bucketBy }),
      ...(seed === undefined ? {} : { seed }),
      ...hashedBy(release),
    },
  };
}

function hashedBy({ bucketBy }: ReleaseDocument): { readonly bucketBy?: string } {
  return bucketBy === undefined ? {} : { bucketBy };
}

/**
 * The targeting as it was before the release, in what the release owns: its rollout with its layout, and `enabled` where
 * the release switched it on. What colleagues changed elsewhere stays.
 */
export function restored(targeting: TargetingDocument, release: ReleaseDocument): TargetingDocument {
  const { before, segment } = release;
  if (before === undefined) return targeting;
  const enabled = before.enabled ? targeting.enabled : false;
  if (segment === undefined) return { ...targeting, enabled, fallthrough: before.fallthrough };
  const { fallthrough } = targeting;
  const isClosed = !before.enabled && "variant" in fallthrough && fallthrough.variant === targeting.off;
  return {
    ...targeting,
    enabled,
    rules: targeting.rules.filter(({ id }) => id !== ruleIdOf(release)),
    fallthrough: isClosed ? before.fallthrough : fallthrough,
  };
}
