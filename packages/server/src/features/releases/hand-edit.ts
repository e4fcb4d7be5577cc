/**
 * A rollout that a release owns is the release's to change: what would alter it by another way is refused, or stops the
 * release where whoever changes it says so. Asked of what was decided, so that no way of writing goes around it. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { Item, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, releaseOf, targetingOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { type Refused, refused } from "../decision.ts";
import { abortedRelease, ownsRollout } from "./active.ts";
import { ruleIdOf } from "./share.ts";

/** The items with those that stop releases; a refusal where nobody said that they may be stopped. */
export function besideReleases(
  state: ProjectState,
  items: readonly Item[],
  stopRelease = false,
): { readonly items: readonly Item[] } | Refused {
  const stops: Item[] = [];
  for (const item of items) {
    const release = touchedRelease(state, items, item);
    if (release === undefined) continue;
    if (!stopRelease) return ownedBy(release, item);
    stops.push(
      ...abortedRelease(state, { flag: item.key, environment: item.environment }, "Its rollout was edited by hand."),
    );
  }
  return { items: stops.length === 0 ? items : [...items, ...stops] };
}

/** The release whose rollout an item would alter; what alters the release as well is the release's own doing. */
function touchedRelease(state: ProjectState, items: readonly Item[], item: Item): ReleaseDocument | undefined {
  if (item.kind !== "targeting" || item.after === null) return undefined;
  const { key, environment } = item;
  const release = releaseOf(state, key, environment)?.document;
  if (release === undefined || !ownsRollout(release)) return undefined;
  if (items.some((one) => one.kind === "release" && one.key === key && one.environment === environment))
    return undefined;
  const before = targetingOf(state, key, environment)?.document;
  if (before === undefined) return undefined;
  return isDeepStrictEqual(owned(before, release), owned(item.after, release)) ? undefined : release;
}

function owned({ fallthrough, rules }: TargetingDocument, release: ReleaseDocument): unknown {
  return release.segment === undefined ? fallthrough : rules.find(({ id }) => id === ruleIdOf(release));
}

function ownedBy({ id, state }: ReleaseDocument, { key, environment }: Item): Refused {
  const detail = `The release ${id}, which is ${state}, owns this rollout of ${key} in ${environment}. Abort the release first (bannerol release abort ${key} --env ${environment}), or send stopRelease: true, which stops it and changes the rollout by hand.`;
  return refused("release_running", detail);
}
