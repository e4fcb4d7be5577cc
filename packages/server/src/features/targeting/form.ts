/** A targeting between its two forms: as people see it (weights), and as it is stored (weights and layout). */
import { type Allocation, allocate } from "@bannerol/core";
import type { RuleForm, ServeForm, TargetingFields } from "@bannerol/protocol/schemas";
import type { FlagDocument, StoredRollout, StoredServe, TargetingDocument } from "../../state/documents.ts";

/** A targeting as people see it: no layout, and every rule with its id. */
export interface TargetingView extends Omit<TargetingFields, "rules"> {
  rules: RuleForm[];
}

export function formOf(document: TargetingDocument): TargetingView {
  return {
    enabled: document.enabled,
    off: document.off,
    prerequisites: [...document.prerequisites],
    targets: document.targets.map(({ variant, keys }) => ({ variant, keys: [...keys] })),
    rules: document.rules.map((rule) => ({
      id: rule.id,
      ...(rule.name === undefined ? {} : { name: rule.name }),
      when: rule.when,
      serve: serveFormOf(rule.serve),
    })),
    fallthrough: serveFormOf(document.fallthrough),
  };
}

function serveFormOf(serve: StoredServe): ServeForm {
  if ("variant" in serve) return { variant: serve.variant };
  const { allocation: _layout, ...rollout } = serve.rollout;
  return { rollout: { ...rollout, weights: { ...rollout.weights } } };
}

/** Layouts that a rollout had before, newest first. */
export type EarlierRollouts = ReadonlyMap<string, readonly StoredRollout[]>;

/** A rule's name in `EarlierRollouts` is its id; the fallthrough's is one that no rule can have. */
export const FALLTHROUGH = "";

export interface LayoutInput {
  readonly flag: Pick<FlagDocument, "seed" | "variants">;
  /** In force until now; layouts start from here. */
  readonly before: TargetingDocument | undefined;
  readonly earlier: EarlierRollouts;
  /** Draws an id for a rule that came without one. */
  readonly freshId: () => string;
}

/** Turns weights into layouts, starting from those in force: a rollout is the same across changes by its rule's id. */
export function layOut(fields: TargetingFields, input: LayoutInput): TargetingDocument {
  const before = new Map(input.before?.rules.map((rule) => [rule.id, rule.serve]));
  const taken = new Set(fields.rules.map((rule) => rule.id));
  return {
    enabled: fields.enabled,
    off: fields.off,
    prerequisites: fields.prerequisites,
    targets: fields.targets,
    rules: fields.rules.map((rule) => {
      const id = rule.id ?? unusedId(taken, input.freshId);
      return { ...rule, id, serve: layOutServe(rule.serve, { ...input, name: id, predecessor: before.get(id) }) };
    }),
    fallthrough: layOutServe(fields.fallthrough, {
      ...input,
      name: FALLTHROUGH,
      predecessor: input.before?.fallthrough,
    }),
  };
}

function unusedId(taken: Set<string | undefined>, freshId: () => string): string {
  let id = freshId();
  while (taken.has(id)) id = freshId();
  taken.add(id);
  return id;
}

interface ServeInput extends Pick<LayoutInput, "flag" | "earlier"> {
  readonly name: string;
  readonly predecessor: StoredServe | undefined;
}

function layOutServe(serve: ServeForm, input: ServeInput): StoredServe {
  if ("variant" in serve) return { variant: serve.variant };
  const { rollout } = serve;
  const { flag, name, earlier } = input;
  const allocation = allocate({
    previous: layoutInForce(rollout, input),
    weights: rollout.weights,
    order: flag.variants.map((variant) => variant.key),
    earlier: (earlier.get(name) ?? []).filter((one) => sameBuckets(one, rollout, flag)),
  });
  return { rollout: { ...rollout, allocation } };
}

type Hashing = Pick<StoredRollout, "bucketBy" | "seed">;

/** A rollout that hashes otherwise is another one: it starts from the variant served there before, if that was one. */
function layoutInForce(rollout: Hashing, { predecessor, flag }: ServeInput): Allocation | null {
  if (predecessor === undefined) return null;
  if ("variant" in predecessor) return [[100_000, predecessor.variant]];
  const { allocation } = predecessor.rollout;
  if (sameBuckets(predecessor.rollout, rollout, flag)) return allocation;
  const [only] = allocation;
  return only !== undefined && only[0] === 100_000 ? allocation : null;
}

function sameBuckets(a: Hashing, b: Hashing, flag: Pick<FlagDocument, "seed">): boolean {
  const sameAttribute = (a.bucketBy ?? "targetingKey") === (b.bucketBy ?? "targetingKey");
  return sameAttribute && (a.seed ?? flag.seed) === (b.seed ?? flag.seed);
}
