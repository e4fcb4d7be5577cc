/** What a server key sees: every flag and segment, with all that evaluation needs and nothing else. */
import {
  type FlagDocument,
  itemId,
  type StoredRule,
  type StoredServe,
  type TargetingDocument,
} from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import type { Projection } from "./projection.ts";

/** `undefined` where the flag has no targeting in the environment, or has left it. */
export function serverFlag(state: ProjectState, environment: string, key: string): Projection | undefined {
  const flag = state.flags.get(key)?.document;
  if (flag?.leftAt !== undefined) return undefined;
  const targeting = targetingOf(state, key, environment)?.document;
  if (flag !== undefined && targeting !== undefined) return { document: flagDocument(flag, targeting) };
  const damagedFlag = isDamaged(state, { kind: "flag", key, environment: "" });
  const damagedTargeting = isDamaged(state, { kind: "targeting", key, environment });
  const present = (flag !== undefined || damagedFlag) && (targeting !== undefined || damagedTargeting);
  return present ? { document: {} } : undefined;
}

export function serverSegment(state: ProjectState, key: string): Projection | undefined {
  const segment = state.segments.get(key)?.document;
  if (segment === undefined) {
    return isDamaged(state, { kind: "segment", key, environment: "" }) ? { document: {} } : undefined;
  }
  const { included, excluded, by, when } = segment;
  return { document: { included, excluded, ...(by === undefined ? {} : { by }), when } };
}

/** An archived flag goes on as a disabled one while applications may ask for it; then it leaves. */
export function flagDocument(flag: FlagDocument, targeting: TargetingDocument): object {
  return {
    type: flag.type,
    seed: flag.seed,
    variants: flag.variants.map(({ key, value }) => ({ key, value })),
    enabled: targeting.enabled && flag.archivedAt === undefined,
    off: targeting.off,
    prerequisites: targeting.prerequisites.map(({ flag: key, variants }) => ({ flag: key, variants })),
    targets: targeting.targets.map(({ variant, keys }) => ({ variant, keys })),
    rules: targeting.rules.map(ruleDocument),
    fallthrough: serveDocument(targeting.fallthrough),
  };
}

function ruleDocument({ id, when, serve }: StoredRule): object {
  return { id, when, serve: serveDocument(serve) };
}

function serveDocument(serve: StoredServe): object {
  if ("variant" in serve) return { variant: serve.variant };
  const { allocation, bucketBy, seed } = serve.rollout;
  return {
    rollout: {
      allocation,
      ...(bucketBy === undefined ? {} : { bucketBy }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

function isDamaged(state: ProjectState, name: Parameters<typeof itemId>[0]): boolean {
  return state.unreadable.has(itemId(name));
}
