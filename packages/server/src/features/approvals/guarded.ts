/**
 * What a change would alter of which environment's view: told from the views themselves, so that no way of writing goes
 * around it. Pure.
 */
import { viewChanges } from "../../log/views.ts";
import type { Item } from "../../state/documents.ts";
import { fold } from "../../state/fold.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Refused, refused } from "../decision.ts";

/** An environment whose protection asks for approval, and how many must give it. */
export interface Need {
  readonly environment: string;
  readonly approvals: number;
}

/** The environments in which SDKs would be told something new, or a flag is archived or comes back. */
export function alteredBy(state: ProjectState, items: readonly Item[]): ReadonlySet<string> {
  const after = fold(state, { revision: state.revision + 1, hash: "", at: state.at, items });
  const altered = new Set<string>(items.some((item) => movesArchive(state, item)) ? state.environments.keys() : []);
  for (const { environment, put, drop } of viewChanges(state, after, items)) {
    if (drop.length > 0 || put.some((entity) => !isIdle(state, after, { ...entity, environment }))) {
      altered.add(environment);
    }
  }
  return altered;
}

/** A flag that is disabled looks the same once it is archived, and is not: nobody can enable it any more. */
function movesArchive(state: ProjectState, item: Item): boolean {
  const before = item.kind === "flag" ? state.flags.get(item.key)?.document : undefined;
  if (before === undefined || item.kind !== "flag") return false;
  return (item.after?.archivedAt === undefined) !== (before.archivedAt === undefined);
}

interface Placed {
  readonly kind: "flag" | "segment";
  readonly key: string;
  readonly environment: string;
}

/** A new flag that is disabled, and a new segment that nothing asks about yet, serve nobody anything. */
function isIdle(before: ProjectState, after: ProjectState, { kind, key, environment }: Placed): boolean {
  if (kind === "segment") return !before.segments.has(key);
  return !before.flags.has(key) && targetingOf(after, key, environment)?.document.enabled !== true;
}

/**
 * What is for few where an environment is protected: the first such environment that these items would alter, those aside
 * whose change waits for approval.
 */
export function protectedFrom(
  state: ProjectState,
  items: readonly Item[],
  waiting: ReadonlySet<string>,
): string | undefined {
  const shielded = [...state.environments.values()]
    .map(({ document }) => document)
    .filter((each) => each.protected && !waiting.has(each.key));
  if (shielded.length === 0 || items.length === 0) return undefined;
  const places = new Set([...alteredBy(state, items), ...items.filter(isGuard).map(environmentOf)]);
  return shielded.find(({ key }) => places.has(key))?.key;
}

/** What alters no view, and yet is the environment's own. */
function isGuard({ kind }: Item): boolean {
  return guards.has(kind);
}

const guards: ReadonlySet<Item["kind"]> = new Set(["environment", "key", "invariant", "freeze", "release", "schedule"]);

/** How many must approve what alters an environment now; 0 where nobody must. */
export function approvalsOf(state: ProjectState, environment: string): number {
  const { protected: isProtected = false, approvals = 0 } = state.environments.get(environment)?.document ?? {};
  return isProtected ? approvals : 0;
}

/**
 * Refuses what was taken down while its environment asked for fewer approvals than it does now: what alters an environment
 * by itself is approved as it is taken down, or not at all.
 */
export function lacksApproval(
  state: ProjectState,
  environment: string,
  { approvals = 0 }: { readonly approvals?: number },
): Refused | undefined {
  const asked = approvalsOf(state, environment);
  if (approvals >= asked) return undefined;
  const has = approvals === 0 ? "none" : `${approvals}`;
  const detail = `${environment} asks for ${asked} ${asked === 1 ? "approval" : "approvals"} by now, and this has ${has}. Schedule it again, so that it can be approved.`;
  return refused("approval_outdated", detail);
}

export function asksForApproval(state: ProjectState): boolean {
  return [...state.environments.keys()].some((environment) => approvalsOf(state, environment) > 0);
}

/** The environments that would be guarded less: by their protection, by an invariant or by a freeze. */
export function guardedLess(state: ProjectState, items: readonly Item[]): ReadonlySet<string> {
  return new Set(items.filter((item) => guardsLess(state, item)).map(environmentOf));
}

function environmentOf({ kind, key, environment }: Item): string {
  return kind === "environment" ? key : environment;
}

function guardsLess(state: ProjectState, item: Item): boolean {
  switch (item.kind) {
    case "environment": {
      const { protected: isProtected = false, approvals = 0 } = item.after ?? {};
      return (isProtected ? approvals : 0) < approvalsOf(state, item.key);
    }
    case "invariant":
      return item.after === null && state.invariants.has(item.key);
    case "freeze": {
      const before = state.freezes.get(item.key)?.document;
      return before !== undefined && (item.after === null || item.after.until < before.until);
    }
    default:
      return false;
  }
}

/** What these environments need, those left out that need nothing. */
export function needsOf(state: ProjectState, environments: Iterable<string>): readonly Need[] {
  return [...new Set(environments)]
    .map((environment) => ({ environment, approvals: approvalsOf(state, environment) }))
    .filter(({ approvals }) => approvals > 0)
    .sort((a, b) => (a.environment < b.environment ? -1 : 1));
}
