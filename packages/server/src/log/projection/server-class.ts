/** What a server key sees: every flag and segment, with all that evaluation needs and nothing else. */
import type { Watch } from "@bannerol/core";
import { ownsRollout } from "../../features/releases/active.ts";
import { watchesFor } from "../../features/releases/judge/watches.ts";
import {
  type FlagDocument,
  itemId,
  type StoredRule,
  type StoredServe,
  type TargetingDocument,
} from "../../state/documents.ts";
import { type ProjectState, releaseOf, targetingOf } from "../../state/project-state.ts";
import type { Projection } from "./projection.ts";

/** `undefined` where the flag has no targeting in the environment, or has left it. */
export function serverFlag(state: ProjectState, environment: string, key: string): Projection | undefined {
  const flag = state.flags.get(key)?.document;
  if (flag?.leftAt !== undefined) return undefined;
  const targeting = targetingOf(state, key, environment)?.document;
  if (flag !== undefined && targeting !== undefined) {
    const document = flagDocument(flag, targeting, watchOf(state, environment, key));
    // So that a server that renders a page knows which results the page may be given.
    return { document: { ...document, ...(flag.clientSide && { clientSide: true }) } };
  }
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
export function flagDocument(flag: FlagDocument, targeting: TargetingDocument, watch: readonly Watch[]): object {
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
    ...(watch.length === 0 ? {} : { watch }),
  };
}

/** What a release that has its share out wants to hear of. */
export function watchOf(state: ProjectState, environment: string, key: string): readonly Watch[] {
  const release = releaseOf(state, key, environment)?.document;
  if (release === undefined || !ownsRollout(release)) return [];
  return watchesFor(release.guards, release.id, release.step);
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
